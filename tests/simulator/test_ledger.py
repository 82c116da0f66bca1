"""The true books: what they say, and that each planted violation is found, and it alone."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from simulator.money import Funds
from simulator.records import Account, Transfer
from simulator.state import State

P, OWN, STOPPED = "aa000001", "bb000001", "bb000003"


def found(state: State) -> list[str]:
    return [violation.invariant for violation in state.ledger.violations()]


def test_a_busy_life_is_in_order(family: State) -> None:
    family.transfer_balance(source=P, target=OWN, amount=Decimal("3.33"), reference="A1")
    family.transfer_credit(source=P, target=OWN, amount=Decimal(5), reference="A1")
    family.charge("bb000002", Decimal("0.0007"))
    family.pay(OWN, Decimal(7))
    family.give_own_balance("bb000002")
    family.transfer_balance(source=OWN, target=P, amount=Decimal(1), reference="A2")
    family.create_subaccount(name="New", shared=False)
    family.set_funds(STOPPED, Funds(Decimal(9), Decimal(-9)))
    stopped = family.account(STOPPED)
    family.remove(STOPPED)
    assert found(family) == []
    family.restore(stopped)
    assert family.account(STOPPED) is stopped
    assert found(family) == []
    assert family.ledger.totals()["paid"] == 7


def test_an_entry_tells_what_was_and_what_is(family: State) -> None:
    transfer = family.transfer_balance(source=P, target=OWN, amount=Decimal(2), reference="R")
    (entry,) = family.ledger.entries()
    changes = {change.key: change for change in entry.changes}
    before, after = changes[OWN].before, changes[OWN].after
    assert isinstance(before, Account)
    assert isinstance(after, Account)
    assert before.funds == Funds(Decimal("-1.71"), Decimal(-20))
    assert after.funds == Funds(Decimal("0.29"), Decimal(-20))
    assert changes[transfer.id].before is None
    assert (entry.number, entry.act, entry.by) == (1, "balance transfer", "simulator")


def same_reference(state: State) -> None:
    for _ in range(2):
        state.transfer_balance(source=P, target=OWN, amount=Decimal(1), reference="R")


def silent_balance(state: State) -> None:
    account = state.account(OWN)
    state.store.accounts.rows[OWN] = replace(account, funds=Funds(Decimal(1), Decimal(-20)))


def silent_credit(state: State) -> None:
    account = state.account(OWN)
    state.store.accounts.rows[OWN] = replace(account, funds=Funds(Decimal("-1.71"), Decimal(-21)))


def money_from_nowhere(state: State) -> None:
    with state.change("theft") as draft:
        account = state.account(OWN)
        state.put(draft, replace(account, funds=Funds(Decimal(5), Decimal(-20))))


def credit_from_nowhere(state: State) -> None:
    with state.change("gift") as draft:
        account = state.account(OWN)
        state.put(draft, replace(account, funds=Funds(Decimal("-1.71"), Decimal(-25))))


def transfer_without_money(state: State) -> None:
    with state.change("lie") as draft:
        lie = Transfer("1", "balance", P, OWN, Decimal(1), "", state.now(), "")
        draft.put(state.store.transfers, lie.id, lie)


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        (same_reference, ["I1"]),
        (silent_balance, ["I11"]),
        (silent_credit, ["I11"]),
        (money_from_nowhere, ["I11", "totals"]),
        (credit_from_nowhere, ["I11", "totals"]),
        (transfer_without_money, ["I11", "I11"]),
    ],
)
def test_what_is_planted_is_found(
    family: State, plant: Callable[[State], Any], named: list[str]
) -> None:
    plant(family)
    assert found(family) == named


def test_old_entries_are_forgotten_and_sums_are_not(
    family: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.ledger.MOST_CHANGES", 10)
    for _ in range(30):
        family.charge(OWN, Decimal("0.01"))
    assert [entry.number for entry in family.ledger.entries()] == list(range(21, 31))
    assert family.ledger.totals()["used"] == Decimal("0.30")
    assert found(family) == []


def test_a_change_that_raises_leaves_nothing_behind(family: State) -> None:
    before = family.snapshot()

    def fail() -> None:
        with family.change("all or nothing"):
            family.rename(OWN, "Other")
            assert family.account(OWN).name == "Other"
            assert family.store.accounts.rows[OWN].name != "Other"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert family.snapshot() == before
    assert family.ledger.entries() == []


def test_a_change_that_cannot_be_kept_does_not_happen(family: State) -> None:
    def refuse(_entry: Any) -> None:
        raise OSError("the disk is full")

    before = family.snapshot()
    family.store.before_commit = refuse
    with pytest.raises(OSError, match="disk"):
        family.rename(OWN, "Other")
    assert family.snapshot() == before
