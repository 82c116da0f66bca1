from simulator import audit, problems, webhooks, wire
from simulator.endpoints.admission import signed_in_at_rest
from simulator.exchange import SUCCESS, Request, Response, answer
from simulator.money import ZERO
from simulator.records import Settings
from simulator.state import State

LIMITS = {"max-outbound-request": 30, "max-inbound-request": 30, "max-calls-per-second": 30}
METHODS = {"", "GET_QUERY_PARAMS", "POST_QUERY_PARAMS", "POST_JSON"}


class AccountEndpoints:
    """The account API of the rest host. Any account may call it, for itself."""

    def __init__(self, state: State) -> None:
        self._state = state

    def balance(self, request: Request) -> Response:
        """`GET /account/get-balance`: on shared balance, that of the primary account."""
        account = signed_in_at_rest(self._state, request)
        value = wire.eight_decimals(self._state.funds(account.api_key).balance)
        return answer({"value": value, "autoReload": bool(self._state.switches.auto_reload_trx)})

    def top_up(self, request: Request) -> Response:
        """`POST /account/top-up`: repeat the payment that enabled auto-reload."""
        account = signed_in_at_rest(self._state, request)
        trx, switches = request.parameters().get("trx", ""), self._state.switches
        if not trx:
            raise problems.bad_parameters({"trx": "Is required."})
        if not switches.auto_reload_trx:
            raise problems.legacy(401, "not auto-reload enabled")
        if trx != switches.auto_reload_trx or switches.auto_reload_amount <= ZERO:
            raise problems.legacy(401, "topup failed", code=420)
        self._state.pay(account.api_key, switches.auto_reload_amount)
        return answer(SUCCESS)

    def settings(self, request: Request) -> Response:
        """`POST /account/settings`: store what is given, answer with what is stored."""
        sent = {name.lower(): text for name, text in request.parameters().items()}
        if not request.authorization and "api_key" not in sent:
            raise problems.RefusedError(answer(_no_key(), status=420))
        account = signed_in_at_rest(self._state, request)
        table = self._state.store.settings
        with self._state.change("settings") as draft:
            stored = self._state.store.get(table, account.api_key) or Settings(account.api_key)
            wanted = _changed(self._state, stored, sent)
            if wanted != stored:
                draft.put(table, account.api_key, wanted)
                context = {"mo": wanted.inbound_url, "dr": wanted.receipt_url}
                audit.record(self._state, audit.SETTINGS, account.api_key, context)
        return answer(_shown(wanted))


def _changed(state: State, stored: Settings, sent: dict[str, str]) -> Settings:
    """Return what to store. Names were lowered: descriptions and SDKs spell them differently."""
    inbound = sent.get("mocallbackurl", stored.inbound_url)
    receipt = sent.get("drcallbackurl", stored.receipt_url)
    method = sent.get("httpforwardmethod", stored.forward_method)
    fine = {
        "moCallBackUrl": inbound == stored.inbound_url or webhooks.answers(state, inbound),
        "drCallBackUrl": receipt == stored.receipt_url or webhooks.answers(state, receipt),
        "httpForwardMethod": method in METHODS,
    }
    if not all(fine.values()):
        raise problems.bad_parameters({n: "Is invalid." for n, good in fine.items() if not good})
    return Settings(stored.api_key, inbound, receipt, method)


def _shown(settings: Settings) -> dict[str, object]:
    return {
        "mo-callback-url": settings.inbound_url,
        "dr-callback-url": settings.receipt_url,
        **LIMITS,
    }


def _no_key() -> dict[str, object]:
    code = {"error-code": "420", "error-code-label": "API key is required"}
    return {**dict.fromkeys(LIMITS, 0), **code}
