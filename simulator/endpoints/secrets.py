from simulator import past, problems, secret_slots, wire
from simulator.api_secrets import Secret
from simulator.endpoints.admission import json_object, signed_in, subaccount, take_json
from simulator.exchange import JSON, Body, Request, Response, answer
from simulator.problems import RefusedError
from simulator.records import Account
from simulator.state import State


class SecretEndpoints:
    """The secrets of an account, for itself and for the primary account above it."""

    def __init__(self, state: State) -> None:
        self._state = state

    def index(self, request: Request, api_key: str) -> Response:
        """`GET /accounts/{k}/secrets`: one or two, the newest first; never their texts."""
        account = self._admit(request, api_key)
        if request.stale_seconds:
            accounts = self._state.store.accounts
            account = past.rows(self._state, accounts, request.stale_seconds)[api_key]
        shown = [_shown(api_key, secret) for secret in reversed(account.secrets)]
        return answer({"_links": _self(f"/accounts/{api_key}/secrets"), **_embedded(shown)})

    def create(self, request: Request, api_key: str) -> Response:
        """`POST /accounts/{k}/secrets`: one more, if there is a place; its text is not echoed."""
        self._admit(request, api_key)
        text = json_object(request).get("secret")
        if not secret_slots.is_fair(text) or not isinstance(text, str):
            reason = ("secret", "Does not meet complexity requirements")
            raise problems.validation(reason, area=problems.SECRETS, status=400)
        try:
            secret = secret_slots.add(self._state, api_key, text)
        except secret_slots.SlotsFullError:
            raise _slots_full() from None
        return answer(_shown(api_key, secret), status=201)

    def show(self, request: Request, api_key: str, secret_id: str) -> Response:
        """`GET /accounts/{k}/secrets/{id}`: its id and its date."""
        self._admit(request, api_key)
        try:
            return answer(_shown(api_key, secret_slots.find(self._state, api_key, secret_id)))
        except secret_slots.UnknownSecretError:
            raise problems.invalid_id(secret_id) from None

    def revoke(self, request: Request, api_key: str, secret_id: str) -> Response:
        """`DELETE /accounts/{k}/secrets/{id}`: unless it is the last one."""
        self._admit(request, api_key)
        try:
            secret_slots.revoke(self._state, api_key, secret_id)
        except secret_slots.UnknownSecretError:
            raise problems.invalid_id(secret_id) from None
        except secret_slots.LastSecretError:
            raise _last_secret() from None
        return Response(204, Body(b""), JSON)

    def _admit(self, request: Request, api_key: str) -> Account:
        """Return the account of the path, or refuse: 401, 404, 403."""
        caller = signed_in(self._state, request, lambda: _refusal(request))
        own = caller.api_key == api_key
        if not own and caller.api_key != self._state.primary_key:
            raise problems.invalid_api_key(api_key)
        account = caller if own else subaccount(self._state, api_key)
        forbidden = account.suspended and not self._state.switches.suspended_work
        if caller.suspended or forbidden:
            raise problems.account_suspended()
        take_json(request)
        return account


def _refusal(request: Request) -> RefusedError:
    header = request.authorization
    basic = header.lower().startswith("basic ") or not header
    return problems.unauthorized(stop=".") if basic else problems.credentials_format()


def _shown(api_key: str, secret: Secret) -> dict[str, object]:
    return {
        "_links": _self(f"/accounts/{api_key}/secrets/{secret.id}"),
        "id": secret.id,
        "created_at": wire.seconds(secret.created_at),
    }


def _self(href: str) -> dict[str, object]:
    return {"self": {"href": href}}


def _embedded(secrets: list[dict[str, object]]) -> dict[str, object]:
    return {"_embedded": {"secrets": secrets}}


def _slots_full() -> RefusedError:
    detail = f"Account reached maximum number [{secret_slots.SLOTS}] of allowed secrets"
    title = "Secret Addition Forbidden"
    return problems.problem(403, "add-excess-secret", title, detail, area=problems.SECRETS)


def _last_secret() -> RefusedError:
    detail = (
        "Can not delete the last secret. "
        "The account must always have at least 1 secret active at any time"
    )
    title = "Secret Deletion Forbidden"
    return problems.problem(403, "delete-last-secret", title, detail, area=problems.SECRETS)
