"""The simulator as a WSGI application."""

import logging
import time
import uuid
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from simulator import problems
from simulator.endpoints.routes import HEALTH, routes
from simulator.exchange import Request, Response
from simulator.faults import Faults
from simulator.origin import Origin, acting
from simulator.routing import dispatch
from simulator.state import State

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

LARGE = 4096  # bytes from which packing is worth the time
REQUEST_ID = "simulator.request_id"  # how the environ says it, where it is known already
logger = logging.getLogger(__name__)


class Application:
    """Vonage's account-side APIs over one `State`: both hosts, the path decides."""

    def __init__(self, state: State, *, faults: Faults | None = None) -> None:
        self.state = state
        self.faults = faults or Faults()
        self._routes = routes(state)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request.from_environ(environ)
        request_id = environ.get(REQUEST_ID) or str(uuid.uuid4())
        with acting(Origin(by="somebody", request_id=request_id, ip=request.ip)):
            response = self._respond(request)
        encoding, body = _encoded(request, response)
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(body))),
            ("X-Request-Id", request_id),
            *encoding,
            *response.headers,
        ]
        start_response(f"{response.status} {_phrase(response.status)}", headers)
        return [body]

    def _respond(self, request: Request) -> Response:
        if self.faults.latency_ms and request.path != HEALTH:
            time.sleep(self.faults.latency_ms / 1000)
        if self.faults.refusing():
            request = request.without_credentials()
        try:
            return dispatch(self._routes, request)
        except problems.RefusedError as refused:
            return refused.response
        except Exception:
            logger.exception("The simulator failed.", extra={"method": request.method})
            return problems.internal().response


def _phrase(status: int) -> str:
    """Return the reason phrase; 420 is Vonage's own."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Method Failure"


def _encoded(request: Request, response: Response) -> tuple[list[tuple[str, str]], bytes]:
    if len(response.body.plain) < LARGE:
        return [], response.body.plain
    vary = ("Vary", "Accept-Encoding")
    if not request.accepts_gzip:
        return [vary], response.body.plain
    return [vary, ("Content-Encoding", "gzip")], response.body.packed
