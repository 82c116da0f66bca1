"""The lists begin before the start, and nothing else changes by that."""

from collections import Counter

from simulator import customer, earlier_transfers
from simulator.state import State


def built() -> State:
    return customer.build(subaccounts=24, seed="1", api_key="abcd1234", api_secret="PrimarySecr3t")


def given() -> State:
    state = built()
    earlier_transfers.give(state)
    return state


def test_each_balance_of_its_own_was_given_something_every_month():
    state = given()
    transfers = list(state.store.transfers.rows.values())
    own = {each.api_key for each in state.snapshot().subaccounts if each.funds is not None}
    assert {each.target for each in transfers} == own
    monthly = Counter((each.target, each.created_at.strftime("%Y-%m")) for each in transfers)
    assert set(monthly.values()) == {1}
    assert len(monthly) > len(own) * (earlier_transfers.MONTHS - 4)
    assert all(each.created_at < state.now() for each in transfers)


def test_same_seed_gives_the_same():
    first, second = given(), given()
    assert first.store.transfers.rows
    assert first.store.transfers.rows == second.store.transfers.rows


def test_balances_are_what_they_are_and_the_books_are_right():
    state, before = given(), built().snapshot()
    assert state.snapshot().subaccounts == before.subaccounts
    assert state.snapshot().primary == before.primary
    assert state.ledger.violations() == []
