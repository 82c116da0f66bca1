"""The simulator as a WSGI application."""

import logging
import time
import uuid
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from simulator import problems
from simulator.endpoints.account import AccountEndpoints
from simulator.endpoints.health import health
from simulator.endpoints.subaccounts import SubaccountEndpoints
from simulator.exchange import Request, Response
from simulator.faults import Faults
from simulator.routing import Route, dispatch
from simulator.state import State

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

LARGE = 4096  # bytes from which packing is worth the time
HEALTH = "/healthz"
logger = logging.getLogger(__name__)


class Application:
    """Vonage's account-side APIs over one `State`: both hosts, the path decides."""

    def __init__(self, state: State, *, faults: Faults | None = None) -> None:
        self.state = state
        self.faults = faults or Faults()
        self._routes = _routes(state)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request.from_environ(environ)
        response = self._respond(request)
        encoding, body = _encoded(request, response)
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(body))),
            ("X-Request-Id", str(uuid.uuid4())),
            *encoding,
            *response.headers,
        ]
        status = HTTPStatus(response.status)
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def _respond(self, request: Request) -> Response:
        if self.faults.latency_ms and request.path != HEALTH:
            time.sleep(self.faults.latency_ms / 1000)
        try:
            return dispatch(self._routes, request)
        except problems.RefusedError as refused:
            return refused.response
        except Exception:
            logger.exception("The simulator failed.", extra={"method": request.method})
            return problems.internal().response


def _routes(state: State) -> tuple[Route, ...]:
    account, subaccounts = AccountEndpoints(state), SubaccountEndpoints(state)
    family = "/accounts/{api_key}/subaccounts"
    return (
        Route("GET", HEALTH, health),
        Route("GET", "/account/get-balance", account.balance),
        Route("GET", family, subaccounts.index),
        Route("GET", family + "/{subaccount_key}", subaccounts.show),
    )


def _encoded(request: Request, response: Response) -> tuple[list[tuple[str, str]], bytes]:
    if len(response.body.plain) < LARGE:
        return [], response.body.plain
    vary = ("Vary", "Accept-Encoding")
    if not request.accepts_gzip:
        return [vary], response.body.plain
    return [vary, ("Content-Encoding", "gzip")], response.body.packed
