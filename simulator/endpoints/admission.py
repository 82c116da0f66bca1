"""Who may come in, and in which language: the checks that come before all others."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn

from simulator import origin, problems
from simulator.credentials import caller
from simulator.exchange import Request
from simulator.problems import RefusedError
from simulator.records import Account
from simulator.state import State, UnknownAccountError

TAKES_JSON = ("*/*", "application/*", "application/json", "application/problem+json")


def signed_in(
    state: State, request: Request, refusal: Callable[[], RefusedError] = problems.unauthorized
) -> Account:
    """Return the account that calls the api host, or refuse with 401."""
    account = caller(state, request)
    if account is None:
        raise refusal()
    origin.identify(account.api_key)
    return account


def signed_in_at_rest(
    state: State, request: Request, refusal: Callable[[], RefusedError] | None = None
) -> Account:
    """Return the account that calls the rest host, or refuse: 401, then 403 where suspended."""
    account = caller(state, request, rest_host=True)
    if account is None:
        if state.switches.problem_401:
            raise problems.unauthorized(stop=".")
        raise refusal() if refusal else problems.legacy(401, "authentication failed")
    if account.suspended:
        raise problems.legacy(403, problems.SUSPENDED)
    origin.identify(account.api_key)
    return account


def primary(state: State, request: Request, api_key: str, *, subaccount_key: str = "") -> Account:
    """Return the account that a path of the subaccounts API names, or refuse.

    The order is 401, 404, 403. Only the primary account may call.
    """
    account = signed_in(state, request)
    if account.api_key != api_key:
        raise problems.invalid_api_key(api_key)
    named = subaccount(state, subaccount_key) if subaccount_key else account
    if account.suspended:
        raise problems.account_suspended()
    if api_key != state.primary_key or not state.provisioned:
        raise problems.unprovisioned(api_key)
    take_json(request)
    return named


def subaccount(state: State, api_key: str) -> Account:
    """Return a subaccount; 404 where the key is unknown or the primary account's."""
    try:
        account = state.account(api_key)
    except UnknownAccountError:
        raise problems.invalid_api_key(api_key) from None
    if api_key == state.primary_key:
        raise problems.invalid_api_key(api_key)
    return account


def take_json(request: Request) -> None:
    """Refuse those who do not take JSON (406)."""
    offers = [offer.partition(";")[0].strip().lower() for offer in request.accept.split(",")]
    if request.accept and not any(offer in TAKES_JSON or "+json" in offer for offer in offers):
        raise problems.unacceptable()


def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of the body, with exact numbers; else refuse: 415, 400."""
    if request.media_type and request.media_type != "application/json":
        raise problems.unsupported_media()
    try:
        content = json.loads(request.body.decode(), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):
        raise problems.malformed_json() from None
    if not isinstance(content, dict):
        raise problems.malformed_json()
    return content


def _no_number(_text: str) -> NoReturn:
    raise ValueError("NaN and the infinities are not JSON.")
