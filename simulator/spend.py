"""The spending clock: usage that lowers balances, and now and then a payment."""

import logging
import random
import threading
from decimal import ROUND_DOWN, Decimal
from types import TracebackType
from typing import Self

from simulator import money
from simulator.money import Funds, InsufficientBalanceError
from simulator.origin import Origin, acting
from simulator.records import Account
from simulator.state import State

TICK_SECONDS = 1
USUAL_CHARGE = Decimal("0.35")  # EUR: a handful of messages
MOST_CHARGES = 400  # in one step; beyond it the charges get larger, not more
REFILL_CHANCE = 20  # one refused charge in so many brings a payment
TOP_UPS = (Decimal(20), Decimal(50), Decimal(100), Decimal(250))
PAYMENT = Decimal(1000)
SMALLEST = Decimal("0.0001")
USAGE = Origin(by="usage")
logger = logging.getLogger(__name__)


def step(state: State, seconds: int, rng: random.Random, *, rate: Decimal) -> None:
    """Let `seconds` of usage pass at `rate` EUR per minute for the whole customer.

    Nobody goes below the credit limit: what cannot be paid is not used, and by chance a
    payment arrives instead. Suspended accounts do not spend.
    """
    budget = rate * seconds / 60
    charges = min(_by_chance(budget / USUAL_CHARGE, rng), MOST_CHARGES)
    if charges == 0:
        return
    usual = max(USUAL_CHARGE, budget / MOST_CHARGES)
    with acting(USAGE), state.change("usage"):
        snapshot = state.snapshot()
        accounts = snapshot.subaccounts or (snapshot.primary,)
        for _ in range(charges):
            # The older an account, the more it uses: squaring prefers the front of the list.
            account = accounts[int(len(accounts) * rng.random() ** 2)]
            _use(state, account, usual * rng.randint(2000, 18_000) / 10_000, rng, rate=rate)


class SpendingClock:
    """Runs `step` every second in a thread, as long as the `with` block lasts."""

    def __init__(self, state: State, *, rate: Decimal, rng: random.Random) -> None:
        self._state = state
        self._rate = rate
        self._rng = rng
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        if self._rate > 0:
            self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            try:
                step(self._state, TICK_SECONDS, self._rng, rate=self._rate)
            except Exception:  # the clock must not stop for one bad second
                logger.exception("One step of spending failed.")


def _by_chance(expected: Decimal, rng: random.Random) -> int:
    """Return a whole number of events whose average is `expected`."""
    whole = int(expected)
    return whole + (Decimal(rng.randrange(10_000)) / 10_000 < expected - whole)


def _use(
    state: State, account: Account, amount: Decimal, rng: random.Random, *, rate: Decimal
) -> None:
    payer = state.payer(account.api_key)
    if account.suspended or payer.suspended:
        return
    try:
        state.charge(account.api_key, max(amount.quantize(SMALLEST, ROUND_DOWN), SMALLEST))
    except InsufficientBalanceError:
        if rng.randrange(REFILL_CHANCE) == 0:
            _refill(state, payer, rng, rate=rate)


def _refill(state: State, payer: Account, rng: random.Random, *, rate: Decimal) -> None:
    """Top the account up from the primary account, which first pays Vonage if it must."""
    primary = state.primary_key
    amount = rng.choice(TOP_UPS)
    if payer.api_key == primary or amount > money.available_for_transfer(state.funds(primary)):
        state.pay(primary, _payment(state.funds(primary), rate))
    if payer.api_key != primary:
        state.transfer_balance(source=primary, target=payer.api_key, amount=amount)


def _payment(funds: Funds, rate: Decimal) -> Decimal:
    """Return what the customer pays: what it owes, and at least an hour of usage ahead."""
    owed = max(-funds.balance, money.ZERO)
    return owed + max(PAYMENT, (rate * 60).quantize(Decimal(1)))
