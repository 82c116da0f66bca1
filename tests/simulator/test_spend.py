import random
import time
from decimal import Decimal
from typing import Any

import pytest

from simulator import customer, spend
from simulator.money import Funds
from simulator.state import State


def built(number: int = 24) -> State:
    return customer.build(
        subaccounts=number, seed="1", api_key="abcd1234", api_secret="PrimarySecr3t"
    )


def seeded(number: int = 7) -> random.Random:
    return random.Random(number)  # noqa: S311 - foreseeable


def test_rate_zero_moves_nothing() -> None:
    state = built()
    before = state.snapshot()
    spend.step(state, 3600, seeded(), rate=Decimal(0))
    assert state.snapshot() == before


def test_balances_differ_between_two_reads() -> None:
    state = built()
    before = {a.api_key: a.funds for a in state.snapshot().subaccounts}
    for number in range(30):
        spend.step(state, 1, seeded(number), rate=Decimal(60))
    after = {a.api_key: a.funds for a in state.snapshot().subaccounts}
    assert len([key for key, funds in before.items() if after[key] != funds]) >= 5


def test_usage_keeps_to_the_rate() -> None:
    state = built(240)
    primary = state.snapshot().primary
    state.set_funds(primary.api_key, Funds(Decimal(100_000)))
    for account in state.snapshot().subaccounts:
        if account.funds is not None:
            state.set_funds(account.api_key, Funds(Decimal(10_000)))
            state.resume(account.api_key)
    before = state.snapshot().totals().balance
    rng = seeded()
    for _ in range(600):
        spend.step(state, 1, rng, rate=Decimal(60))
    used = before - state.snapshot().totals().balance
    assert 500 < used < 650  # 600 on average; suspended accounts on shared balance spend nothing


def test_charges_have_four_decimals(family: State) -> None:
    spend.step(family, 60, seeded(), rate=Decimal(7))
    balances = [a.funds.balance for a in family.snapshot().subaccounts if a.funds]
    assert all(round(balance, 4) == balance for balance in balances)


def test_the_suspended_do_not_spend(family: State, suspended: Any, primary: Any) -> None:
    before = family.funds(suspended.api_key)
    for number in range(50):
        spend.step(family, 1, seeded(number), rate=Decimal(5))
    assert family.funds(suspended.api_key) == before
    family.suspend(primary.api_key)
    balance = family.funds(primary.api_key).balance
    for number in range(5):
        spend.step(family, 1, seeded(number), rate=Decimal(5))
    assert family.funds(primary.api_key).balance >= balance  # those on shared balance stop too


def test_a_demo_never_runs_dry() -> None:
    state = built()
    limits = state.snapshot().totals().credit_limit
    rng = seeded()
    for _ in range(3000):
        spend.step(state, 1, rng, rate=Decimal(600))
    snapshot = state.snapshot()
    assert snapshot.totals().credit_limit == limits
    alive = [a for a in snapshot.subaccounts if a.funds and a.funds.balance > 5]
    assert len(alive) >= 5
    assert all(a.funds is None or a.funds.balance >= a.funds.credit_limit for a in alive)


def test_a_customer_without_subaccounts_spends_too() -> None:
    state = built(0)
    before = state.snapshot().totals().balance
    spend.step(state, 60, seeded(), rate=Decimal(6))
    assert state.snapshot().totals().balance < before


@pytest.mark.parametrize("rate", [Decimal(600), Decimal(0)])
def test_the_clock_ticks_in_the_background(
    family: State, monkeypatch: pytest.MonkeyPatch, rate: Decimal
) -> None:
    moves = rate > 0
    monkeypatch.setattr(spend, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(spend, "step", lambda state, *_, **__: state.pay("aa000001", Decimal(1)))
    before = family.version
    with spend.SpendingClock(family, rate=rate, rng=seeded()):
        deadline = time.monotonic() + (5 if moves else 0.1)
        while family.version < before + 3 and time.monotonic() < deadline:
            time.sleep(0.005)
    stopped_at = family.version
    assert (stopped_at > before) is moves
    time.sleep(0.05)
    assert family.version == stopped_at
