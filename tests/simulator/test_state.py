import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import money
from simulator.money import Funds, InsufficientBalanceError
from simulator.state import (
    Account,
    ForbiddenTransferError,
    OwnBalanceError,
    State,
    UnknownAccountError,
    utc_now,
)


def test_a_shared_balance_is_the_primary_accounts(family: State, primary: Any, shared: Any) -> None:
    assert family.payer(shared.api_key).api_key == primary.api_key
    family.charge(shared.api_key, Decimal("7.4572"))
    assert family.funds(primary.api_key).balance == 20
    assert family.account(shared.api_key).funds is None


def test_an_own_balance_is_taken_once(family: State, shared: Any) -> None:
    assert family.give_own_balance(shared.api_key).funds == Funds()
    with pytest.raises(OwnBalanceError):
        family.give_own_balance(shared.api_key)


def test_totals_leave_out_shared_balances(family: State) -> None:
    assert family.snapshot().totals() == Funds(Decimal("26.2472"), Decimal(-120))


@pytest.mark.parametrize("kind", ["transfer_balance", "transfer_credit"])
def test_money_moves_only_between_primary_and_own_balance(
    family: State, *, primary: Any, own: Any, shared: Any, suspended: Any, kind: str
) -> None:
    transfer = getattr(family, kind)
    before = family.snapshot()
    pairs = [(own, suspended), (primary, shared), (shared, primary), (primary, primary)]
    for source, target in pairs:
        with pytest.raises(ForbiddenTransferError):
            transfer(source=source.api_key, target=target.api_key, amount=Decimal(1))
    with pytest.raises(UnknownAccountError):
        transfer(source=primary.api_key, target="ffffffff", amount=Decimal(1))
    assert family.snapshot() == before


def test_a_refused_transfer_changes_nothing(family: State, primary: Any, own: Any) -> None:
    before = family.snapshot()
    with pytest.raises(InsufficientBalanceError):
        family.transfer_balance(
            source=own.api_key, target=primary.api_key, amount=Decimal("18.2901")
        )
    assert family.snapshot() == before


def test_a_new_subaccount_comes_last_and_can_sign_in(family: State) -> None:
    account = family.create_subaccount(name="New", secret="Fresh3cret", shared=False)
    assert family.snapshot().subaccounts[-1] is account
    assert account.funds == Funds()
    assert family.authenticate(api_key=account.api_key, secret="Fresh3cret") is account
    assert family.authenticate(api_key=account.api_key, secret="Fresh3cret2") is None
    assert "Fresh3cret" not in repr(account)
    with pytest.raises(ValueError, match="taken"):
        family.create_subaccount(name="Again", api_key=account.api_key)


def test_rename_suspend_resume_remove(family: State, own: Any) -> None:
    assert family.rename(own.api_key, "Other").name == "Other"
    assert family.suspend(own.api_key).suspended
    assert not family.resume(own.api_key).suspended
    family.remove(own.api_key)
    with pytest.raises(UnknownAccountError):
        family.account(own.api_key)
    with pytest.raises(ValueError, match="primary"):
        family.remove(family.primary_key)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.rename("bb000001", "Other"),
        lambda s: s.charge("bb000002", Decimal("0.0001")),
        lambda s: s.pay("bb000001", Decimal(1)),
        lambda s: s.suspend("bb000001"),
        lambda s: s.remove("bb000001"),
        lambda s: s.create_subaccount(name="x"),
        lambda s: s.give_own_balance("bb000002"),
        lambda s: s.set_funds("bb000001", Funds()),
        lambda s: s.transfer_balance(source="aa000001", target="bb000001", amount=Decimal(1)),
    ],
)
def test_every_change_shows_in_the_version(family: State, change: Callable[[State], Any]) -> None:
    before = family.version
    change(family)
    assert family.version != before


def test_a_primary_account_needs_funds() -> None:
    with pytest.raises(ValueError, match="funds"):
        State(primary=Account("aa000001", None, None, utc_now()))


KEYS = ("p", "a", "b")
MOVES = st.tuples(
    st.sampled_from(["charge", "pay", "transfer_balance", "transfer_credit"]),
    st.sampled_from(KEYS),
    st.sampled_from(KEYS),
    st.decimals(Decimal("0.0001"), Decimal(200), places=4),
)


@given(st.lists(MOVES, max_size=30))
@settings(database=None, deadline=None)
def test_totals_change_by_usage_and_payments_alone(moves: list[Any]) -> None:
    now = utc_now()
    state = State(
        primary=Account("p", None, Funds(Decimal(-20), Decimal(-100)), now),
        subaccounts=(Account("a", "a", Funds(), now), Account("b", "b", Funds(Decimal(5)), now)),
    )
    expected = Decimal(-15)
    for kind, one, other, amount in moves:
        try:
            if kind in {"charge", "pay"}:
                getattr(state, kind)(one, amount)
                expected += amount if kind == "pay" else -amount
            else:
                getattr(state, kind)(source=one, target=other, amount=amount)
        except (
            InsufficientBalanceError,
            money.InsufficientCreditError,
            ForbiddenTransferError,
        ):
            pass
        assert state.snapshot().totals() == Funds(expected, Decimal(-100))
        assert all(state.funds(k).balance >= state.funds(k).credit_limit for k in KEYS)


def test_threads_lose_no_cent(family: State, primary: Any, own: Any) -> None:
    total = family.snapshot().totals()
    seen = []

    def move(source: str, target: str) -> None:
        for _ in range(300):
            try:
                family.transfer_balance(source=source, target=target, amount=Decimal("1.37"))
            except InsufficientBalanceError:
                continue
            finally:
                seen.append(family.snapshot().totals())

    ways = [(primary.api_key, own.api_key), (own.api_key, primary.api_key)] * 2
    threads = [threading.Thread(target=move, args=way) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {total}
    assert len(seen) == 1200
