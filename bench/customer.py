"""Lists of subaccounts as the simulator writes them, and the same after some balances moved."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from bench.vonage import API_KEY, API_SECRET
from simulator import customer
from simulator.exchange import Body
from simulator.listing import Listing
from simulator.money import Funds
from simulator.state import State

_SOME = 0.05
_SPENT = Decimal("0.0333")
_PAID = Decimal(20)


@dataclass(frozen=True)
class Bodies:
    """One customer at several moments.

    `respaced` says what `first` says in other bytes; in `some` 5 % and in `all` 100 % of the
    accounts have another balance than in `first`.
    """

    first: Body
    respaced: Body
    some: Body
    all: Body
    moved: dict[str, int]
    """How many balances differ from `first`."""


@cache
def bodies(accounts: int, *, own_only: bool) -> Bodies:
    """Return the customer of that size, the primary account among them.

    own_only: every account has a balance of its own, which is the most that can move; else the
    simulator's mix, in which three of ten share the primary's.
    """
    state = customer.build(
        subaccounts=accounts - 1, seed="1", api_key=API_KEY, api_secret=API_SECRET
    )
    if own_only:
        _give_all_a_balance(state)
    write = Listing(state).body
    first = write()
    some, few = _spend(state, _SOME, write)
    everything, many = _spend(state, 1.0, write)
    respaced = Body(first.plain.replace(b"{", b"{ ", 1))
    return Bodies(first, respaced, some, everything, {"some": few, "all": many})


def _give_all_a_balance(state: State) -> None:
    rng = _chance()
    for account in state.snapshot().subaccounts:
        if account.funds is None:
            state.set_funds(account.api_key, Funds(Decimal(rng.randrange(10**7)).scaleb(-4)))


def _spend(state: State, share: float, write: Callable[[], Body]) -> tuple[Body, int]:
    """Return what the list says after a share of the accounts spent; then nobody has."""
    before = state.snapshot()
    owning = [account for account in before.subaccounts if account.funds is not None]
    most = round(share * (1 + len(before.subaccounts)))
    spending = _chance().sample(owning, min(most, len(owning)))
    for account in spending:
        state.set_funds(account.api_key, _moved(account.funds or Funds()))
    body = write()
    for account in spending:
        state.set_funds(account.api_key, account.funds or Funds())
    return body, len(spending)


def _moved(funds: Funds) -> Funds:
    """Return the funds after some spending, or after a payment where nothing is left."""
    if funds.balance - _SPENT < funds.credit_limit:
        return Funds(funds.balance + _PAID, funds.credit_limit)
    return Funds(funds.balance - _SPENT, funds.credit_limit)


def _chance() -> random.Random:
    return random.Random(1)  # noqa: S311 - it shall be foreseeable
