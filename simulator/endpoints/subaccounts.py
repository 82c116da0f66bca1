from typing import Any

from simulator import api_secrets, problems, secret_slots, wire
from simulator.endpoints.admission import json_object, primary
from simulator.exchange import Request, Response, answer
from simulator.listing import Listing, subaccount_object
from simulator.problems import FLAG, SUBACCOUNTS, Invalid, RefusedError
from simulator.records import Account
from simulator.state import State, TooManySubaccountsError

LONGEST_NAME = 80
SHARED = "use_primary_account_balance"
NO_WAY_BACK = f"Transitioning from '{SHARED} = false' to '{SHARED} = true' is not supported"


class SubaccountEndpoints:
    """The subaccounts API of the api host. Only the primary account may call it."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._listing = Listing(state)

    def index(self, request: Request, api_key: str) -> Response:
        """`GET /accounts/{k}/subaccounts`: the whole family, in one answer."""
        primary(self._state, request, api_key)
        if request.stale_seconds:
            return Response(200, self._listing.stale_body(request.stale_seconds))
        return Response(200, self._listing.body())

    def show(self, request: Request, api_key: str, subaccount_key: str) -> Response:
        """`GET /accounts/{k}/subaccounts/{s}`: one of them, without its secret."""
        account = primary(self._state, request, api_key, subaccount_key=subaccount_key)
        return answer(subaccount_object(account, primary_key=api_key))

    def create(self, request: Request, api_key: str) -> Response:
        """`POST /accounts/{k}/subaccounts`: the only answer that ever holds the secret."""
        primary(self._state, request, api_key)
        fields = json_object(request)
        _check(_bad_name(fields, required=True), _bad_secret(fields), _bad_flag(fields, SHARED))
        shared = fields.get(SHARED, True)
        if not shared:
            self._allow_own_balances()
        secret = fields.get("secret") or api_secrets.generate()
        try:
            account = self._state.create_subaccount(
                name=fields["name"], secret=secret, shared=shared
            )
        except TooManySubaccountsError:
            raise _too_many() from None
        return answer(_created(account, secret=secret, primary_key=api_key))

    def modify(self, request: Request, api_key: str, subaccount_key: str) -> Response:
        """`PATCH /accounts/{k}/subaccounts/{s}`: all of the given fields, or none of them."""
        primary(self._state, request, api_key, subaccount_key=subaccount_key)
        fields = json_object(request)
        _check(_bad_name(fields), _bad_flag(fields, "suspended"), _bad_flag(fields, SHARED))
        with self._state.change("modify subaccount"):
            account = self._modify(subaccount_key, fields)
        return answer(subaccount_object(account, primary_key=api_key))

    def _modify(self, api_key: str, fields: dict[str, Any]) -> Account:
        account = self._state.account(api_key)
        if fields.get(SHARED) is True and account.funds is not None:
            raise problems.validation((SHARED, NO_WAY_BACK))
        if fields.get(SHARED) is False and account.funds is None:
            self._allow_own_balances()
            account = self._state.give_own_balance(api_key)
        if "name" in fields:
            account = self._state.rename(api_key, fields["name"])
        if "suspended" in fields:
            step = self._state.suspend if fields["suspended"] else self._state.resume
            account = step(api_key)
        return account

    def _allow_own_balances(self) -> None:
        if not self._state.switches.own_balances:
            title = f"Invalid {SHARED}"
            detail = "Primary account does not allow independent balance"
            raise problems.problem(403, "validation", title, detail, area=SUBACCOUNTS)


def _created(account: Account, *, secret: str, primary_key: str) -> dict[str, object]:
    shown = subaccount_object(account, primary_key=primary_key)
    api_key = shown.pop("api_key")
    shown["created_at"] = wire.exact_time(account.created_at)
    return {"api_key": api_key, "secret": secret, **shown}


def _check(*found: Invalid | None) -> None:
    invalid = [one for one in found if one is not None]
    if invalid:
        raise problems.validation(*invalid)


def _bad_name(fields: dict[str, Any], *, required: bool = False) -> Invalid | None:
    name = fields.get("name")
    if "name" not in fields:
        return ("name", "Is required") if required else None
    fits = isinstance(name, str) and bool(name.strip()) and len(name) <= LONGEST_NAME
    return None if fits else ("name", f"Should be a text of 1 to {LONGEST_NAME} characters")


def _bad_secret(fields: dict[str, Any]) -> Invalid | None:
    if fields.get("secret") is None or secret_slots.is_fair(fields["secret"]):
        return None
    return "secret", "Does not meet complexity requirements"


def _bad_flag(fields: dict[str, Any], name: str) -> Invalid | None:
    return None if isinstance(fields.get(name, True), bool) else (name, FLAG)


def _too_many() -> RefusedError:
    title = "Maximum number of sub-accounts reached"
    detail = "This account has reached maximum number of allowed sub-accounts"
    return problems.problem(403, "provisioning", title, detail, area=SUBACCOUNTS)
