"""The other door: what breaks, spends and pays, and the books nobody else may see.

It is served on a port of its own, of which the client under test is not told. Every POST takes
JSON and answers JSON, or takes the form of the status page and leads back to it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator import audit, codec, money, number_pool, phone_numbers, reports, status_page
from simulator.admin_fields import READERS, amount, given, number, texts, whole
from simulator.endpoints.health import health
from simulator.exchange import FORM, Body, Request, Response
from simulator.fault_kinds import TABLE
from simulator.faults import TIMES, FaultError, Faults, Rule
from simulator.money import Funds
from simulator.origin import Origin, acting
from simulator.problems import RefusedError
from simulator.records import Switches
from simulator.routing import Route, dispatch
from simulator.state import State, UnknownAccountError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

ADMIN = Origin(by="admin")
STYLE = Path(__file__).with_name("status.css")
TIER = {"max_subaccounts", "own_balances", "transfers"}
SWITCHES = {field.name: type(getattr(Switches(), field.name)) for field in fields(Switches)}
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"


class Admin:
    """The administration of one simulator, as a WSGI application."""

    def __init__(self, state: State, faults: Faults) -> None:
        self._state = state
        self._faults = faults
        self._routes = (
            Route("GET", "/", self.page),
            Route("GET", "/status.css", self.style),
            Route("GET", "/healthz", health),
            Route("GET", "/faults", self.list_faults),
            Route("POST", "/faults", self.set_faults),
            Route("POST", "/faults/rules", self.add_rule),
            Route("POST", "/faults/mend", self.mend),
            Route("GET", "/ledger", self.ledger),
            Route("GET", "/transfers", self.transfers),
            Route("GET", "/invariants", self.invariants),
            Route("GET", "/accounts", self.accounts),
            Route("GET", "/switches", self.list_switches),
            Route("POST", "/switches", self.switch(set(SWITCHES))),
            Route("POST", "/provision", self.switch({"provisioned"})),
            Route("POST", "/tier", self.switch(TIER)),
            Route("POST", "/clock", self.switch({"clock_offset"})),
            Route("POST", "/spend", self.spend),
            Route("POST", "/pay", self.pay),
            Route("POST", "/funds", self.set_funds),
            Route("POST", "/suspend", self.suspend),
            Route("POST", "/numbers", self.give_number),
            Route("POST", "/reports", self.end_report),
            Route("POST", "/audit", self.record),
        )

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request.from_environ(environ)
        site = environ.get("HTTP_SEC_FETCH_SITE", "none")
        with acting(ADMIN):
            response = self._respond(request, foreign=site not in {"none", "same-origin"})
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body.plain))),
            ("Content-Security-Policy", POLICY),
            *response.headers,
        ]
        start_response(f"{response.status} -", headers)
        return [response.body.plain]

    def _respond(self, request: Request, *, foreign: bool) -> Response:
        if foreign and request.method == "POST":
            return said({"error": "This form is not ours."}, status=403)
        try:
            response = dispatch(self._routes, request)
        except RefusedError as refused:
            return refused.response
        except (FaultError, money.AmountError, UnknownAccountError, ValueError) as error:
            return said({"error": str(error)}, status=400)
        except (money.InsufficientBalanceError, reports.ReportEndedError) as error:
            return said({"error": str(error)}, status=409)
        if request.method == "POST" and request.media_type == FORM:
            return Response(303, Body(b""), headers=(("Location", "/"),))
        return response

    # Looking

    def page(self, _request: Request) -> Response:
        """`GET /`: the status page."""
        page = status_page.render(self._state, self._faults)
        return Response(200, Body(page.encode()), "text/html; charset=utf-8")

    def style(self, _request: Request) -> Response:
        """`GET /status.css`: its looks."""
        return Response(200, Body(STYLE.read_bytes()), "text/css; charset=utf-8")

    def list_faults(self, _request: Request) -> Response:
        """`GET /faults`: the table, what is on, and what has struck."""
        faults = self._faults
        kinds = [{"name": f.name, "group": f.group, "about": f.about} for f in TABLE]
        figures = {name: str(getattr(faults, name)) for name in ("share", "seed", *TIMES)}
        return said(
            {
                "kinds": kinds,
                **figures,
                "latency_ms": faults.latency_ms,
                "only": faults.kinds,
                "refusing": faults.refusing(),
                "rules": [codec.plain(rule) for rule in faults.rules],
                "struck": dict(faults.struck),
                "recent": list(faults.recent),
            }
        )

    def ledger(self, request: Request) -> Response:
        """`GET /ledger?after=&limit=`: mutations with before and after, oldest first."""
        asked = request.parameters()
        after, limit = whole(asked.get("after", 0)), whole(asked.get("limit", 1000))
        entries = self._state.ledger.entries(after=after, limit=limit)
        return said({"version": self._state.version, "entries": [codec.plain(e) for e in entries]})

    def transfers(self, _request: Request) -> Response:
        """`GET /transfers`: all that truly happened, oldest first.

        Two with one request id are a double execution.
        """
        found = self._state.store.all(self._state.store.transfers)
        return said({"transfers": [codec.plain(transfer) for transfer in found]})

    def invariants(self, _request: Request) -> Response:
        """`GET /invariants`: whether the money adds up, and every promise that is broken."""
        found = [codec.plain(one) for one in self._state.ledger.violations()]
        totals = {name: format(sum_, "f") for name, sum_ in self._state.ledger.totals().items()}
        return said({"ok": not found, "violations": found, "totals": totals})

    def accounts(self, _request: Request) -> Response:
        """`GET /accounts`: all of them, without their secrets; the primary account first."""
        found = self._state.store.all(self._state.store.accounts)
        return said({"accounts": [status_page.account_shown(account) for account in found]})

    def list_switches(self, _request: Request) -> Response:
        """`GET /switches`: how this Vonage behaves where Vonage may choose."""
        return said(codec.plain(self._state.switches))

    # Doing

    def set_faults(self, request: Request) -> Response:
        """`POST /faults`: share, seed, kinds, the times, latency_ms; then draw anew."""
        for name, value in given(request).items():
            if name not in SETTABLE:
                raise ValueError(f"There is no {name!r} to be set; `GET /faults` shows what is.")
            setattr(self._faults, name, SETTABLE[name](value))
        self._faults.draw_anew()
        return self.list_faults(request)

    def add_rule(self, request: Request) -> Response:
        """`POST /faults/rules`: fault, method, path, nth, times."""
        values = given(request)
        fault, method, path = (str(values.get(name, "")) for name in ("fault", "method", "path"))
        nth, times = (whole(values.get(name, 1)) for name in ("nth", "times"))
        self._faults.add(Rule(fault, method.upper(), path, nth, times))
        return self.list_faults(request)

    def mend(self, request: Request) -> Response:
        """`POST /faults/mend`: misbehave no more."""
        self._faults.mend()
        return self.list_faults(request)

    def switch(self, allowed: set[str]) -> Callable[[Request], Response]:
        """Return the endpoint that sets some of the switches."""

        def endpoint(request: Request) -> Response:
            values = given(request)
            unknown = values.keys() - allowed
            if unknown:
                raise ValueError(f"Not to be set here: {', '.join(sorted(unknown))}.")
            read = {name: READERS[SWITCHES[name]](value) for name, value in values.items()}
            return said(codec.plain(self._state.switch(**read)))

        return endpoint

    def spend(self, request: Request) -> Response:
        """`POST /spend`: api_key, amount in EUR."""
        values = given(request)
        account = self._state.charge(str(values.get("api_key")), amount(values.get("amount")))
        return said(status_page.account_shown(account))

    def pay(self, request: Request) -> Response:
        """`POST /pay`: api_key, amount in EUR; a payment to Vonage."""
        values = given(request)
        account = self._state.pay(str(values.get("api_key")), amount(values.get("amount")))
        return said(status_page.account_shown(account))

    def set_funds(self, request: Request) -> Response:
        """`POST /funds`: api_key, balance, credit_limit; no rule of Vonage, for scenes."""
        values = given(request)
        funds = Funds(amount(values.get("balance")), amount(values.get("credit_limit", "0")))
        account = self._state.set_funds(str(values.get("api_key")), funds)
        return said(status_page.account_shown(account))

    def suspend(self, request: Request) -> Response:
        """`POST /suspend`: api_key, suspended (true unless said otherwise)."""
        values = given(request)
        suspended = READERS[bool](values.get("suspended", "true"))
        step = self._state.suspend if suspended else self._state.resume
        return said(status_page.account_shown(step(str(values.get("api_key")))))

    def give_number(self, request: Request) -> Response:
        """`POST /numbers`: msisdn of the pool, owner; free of charge."""
        values = given(request)
        offer = number_pool.by_msisdn().get(str(values.get("msisdn")))
        if offer is None:
            raise ValueError("The pool has no such number.")
        owner = self._state.account(str(values.get("owner"))).api_key
        return said(codec.plain(phone_numbers.give(self._state, offer, owner=owner)))

    def end_report(self, request: Request) -> Response:
        """`POST /reports`: id, status (ABORTED, FAILED or TRUNCATED)."""
        values = given(request)
        report = self._state.store.get(self._state.store.reports, str(values.get("id")))
        status = values.get("status")
        if report is None or status not in {"ABORTED", "FAILED", "TRUNCATED"}:
            raise ValueError("There is no such report, or no such end of one.")
        return said(codec.plain(reports.end(self._state, report, status)))

    def record(self, request: Request) -> Response:
        """`POST /audit`: type, account_id, context; as if done in the dashboard by a user."""
        values = given(request)
        kind, context = str(values.get("type")), values.get("context", {})
        if kind not in audit.TYPES or not isinstance(context, dict):
            raise ValueError("There is no such type of event, or its context is no object.")
        account_id = str(values.get("account_id", self._state.primary_key))
        return said(codec.plain(audit.record_dashboard(self._state, kind, account_id, context)))


def said(content: Any, *, status: int = 200) -> Response:
    """Return JSON, laid out for people."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return Response(status, Body(text.encode() + b"\n"))


SETTABLE: dict[str, Callable[[Any], Any]] = {
    "share": number,
    "seed": str,
    "kinds": texts,
    "latency_ms": whole,
    **dict.fromkeys(TIMES, number),
}
