from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator import money
from simulator.money import (
    AmountError,
    Funds,
    InsufficientBalanceError,
    InsufficientCreditError,
)
from simulator.state import Account, State, utc_now

P, S1, S2 = "aa000001", "bb000001", "bb000002"
NONE = None


def funds(balance: str, credit_limit: str = "0") -> Funds:
    return Funds(Decimal(balance), Decimal(credit_limit))


def amounts(least: str = "0.0001", most: str = "5000") -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(least), Decimal(most), places=4)


@st.composite
def any_funds(draw: st.DrawFn) -> Funds:
    limit = -draw(amounts("0"))
    return Funds(limit + draw(amounts("0", "9000")), limit)


def worked_example_start() -> State:
    """Row 0: credit 100 granted, 20 used."""
    return State(
        primary=Account(P, None, funds("-20", "-100"), utc_now()),
        subaccounts=(
            Account(S1, "S1", funds("0"), utc_now()),
            Account(S2, "S2", None, utc_now()),
        ),
    )


# event, primary balance / limit, available and credit, S1, S2, totals
ROWS = [
    ("nothing", (), "-20 -100", "80 80", "0 0", NONE, "-20 -100"),
    ("balance", (P, S1, "20"), "-40 -100", "60 60", "20 0", NONE, "-20 -100"),
    ("own", (S2,), "-40 -100", "60 60", "20 0", "0 0", "-20 -100"),
    ("credit", (P, S2, "35"), "-40 -65", "25 25", "20 0", "0 -35", "-20 -100"),
    ("use", (S1, "5"), "-40 -65", "25 25", "15 0", "0 -35", "-25 -100"),
    ("balance", (S1, P, "15"), "-25 -65", "40 40", "0 0", "0 -35", "-25 -100"),
    ("use", (S2, "10"), "-25 -65", "40 40", "0 0", "-10 -35", "-35 -100"),
    ("credit", (S2, P, "25"), "-25 -90", "65 65", "0 0", "-10 -10", "-35 -100"),
    ("refused credit", (S2, P, "0.01"), "-25 -90", "65 65", "0 0", "-10 -10", "-35 -100"),
    ("pay", (P, "35"), "10 -90", "100 90", "0 0", "-10 -10", "0 -100"),
]


def perform(state: State, event: str, values: tuple[str, ...]) -> None:
    if event == "own":
        state.give_own_balance(values[0])
    elif event == "use":
        state.charge(values[0], Decimal(values[1]))
    elif event == "pay":
        state.pay(values[0], Decimal(values[1]))
    elif event == "balance":
        state.transfer_balance(source=values[0], target=values[1], amount=Decimal(values[2]))
    elif event == "credit":
        state.transfer_credit(source=values[0], target=values[1], amount=Decimal(values[2]))
    elif event == "refused credit":
        with pytest.raises(InsufficientCreditError):
            state.transfer_credit(source=values[0], target=values[1], amount=Decimal(values[2]))


def test_the_worked_example_row_by_row() -> None:
    state = worked_example_start()
    for number, (event, values, p, free, s1, s2, totals) in enumerate(ROWS):
        perform(state, event, values)
        of_p = state.funds(P)
        assert of_p == funds(*p.split()), number
        found = (money.available_for_transfer(of_p), money.credit_available(of_p))
        assert found == tuple(map(Decimal, free.split())), number
        assert money.spendable(of_p) == money.available_for_transfer(of_p), number
        assert state.account(S1).funds == funds(*s1.split()), number
        assert state.account(S2).funds == (None if s2 is None else funds(*s2.split())), number
        assert state.snapshot().totals() == funds(*totals.split()), number


def test_credit_of_the_use_case_page() -> None:
    source, target = money.transfer_credit(
        source=funds("-20", "-60"), target=funds("-40", "-40"), amount=Decimal(20)
    )
    assert (source, target) == (funds("-20", "-40"), funds("-40", "-60"))
    assert money.credit_available(funds("-20", "-60")) == 40
    at_month_end = money.charge(target, Decimal(10))
    assert at_month_end == funds("-50", "-60")
    with pytest.raises(InsufficientBalanceError):  # its limit is -40 until it pays the invoice
        money.transfer_balance(source=source, target=at_month_end, amount=Decimal(45))
    after = money.transfer_balance(
        source=money.pay(source, Decimal(70)), target=at_month_end, amount=Decimal(45)
    )
    assert after == (funds("5", "-40"), funds("-5", "-60"))


@pytest.mark.parametrize(
    ("held", "credit"),
    [("-20 -100", 80), ("0 -100", 100), ("10 -90", 90), ("-100 -100", 0), ("3 0", 0)],
)
def test_credit_available_counts_only_the_unused(held: str, credit: int) -> None:
    assert money.credit_available(funds(*held.split())) == credit


@pytest.mark.parametrize(("balance", "limit"), [("-0.0001", "0"), ("-101", "-100"), ("5", "1")])
def test_impossible_funds_cannot_be_made(balance: str, limit: str) -> None:
    with pytest.raises(ValueError, match="credit limit"):
        funds(balance, limit)


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "0.000000001"])
def test_an_amount_is_positive_and_countable(amount: str) -> None:
    for change in (money.charge, money.pay):
        with pytest.raises(AmountError):
            change(funds("100"), Decimal(amount))


def test_a_float_is_no_amount() -> None:
    with pytest.raises(AmountError, match="Decimal"):
        money.pay(funds("1"), 0.5)  # type: ignore[arg-type] # that is the point


@given(any_funds(), any_funds(), amounts())
@settings(database=None)
def test_a_balance_transfer_keeps_the_total(source: Funds, target: Funds, amount: Decimal) -> None:
    possible = amount <= money.available_for_transfer(source)
    try:
        left, taken = money.transfer_balance(source=source, target=target, amount=amount)
    except InsufficientBalanceError:
        assert not possible
        return
    assert possible
    assert left.balance + taken.balance == source.balance + target.balance
    assert left.balance == source.balance - amount
    limits = (source.credit_limit, target.credit_limit)
    assert (left.credit_limit, taken.credit_limit) == limits
    assert left.balance >= left.credit_limit


@given(any_funds(), any_funds(), amounts())
@settings(database=None)
def test_a_credit_transfer_keeps_the_total(source: Funds, target: Funds, amount: Decimal) -> None:
    possible = amount <= money.credit_available(source)
    try:
        left, taken = money.transfer_credit(source=source, target=target, amount=amount)
    except InsufficientCreditError:
        assert not possible
        return
    assert possible
    total = source.credit_limit + target.credit_limit
    assert left.credit_limit + taken.credit_limit == total
    assert left.credit_limit == source.credit_limit + amount
    assert (left.balance, taken.balance) == (source.balance, target.balance)
    assert left.balance >= left.credit_limit


@given(any_funds(), amounts())
@settings(database=None)
def test_a_charge_ends_at_the_credit_limit(held: Funds, amount: Decimal) -> None:
    assume(money.spendable(held) > 0)
    everything = money.charge(held, money.spendable(held))
    assert everything.balance == held.credit_limit
    with pytest.raises(InsufficientBalanceError):
        money.charge(everything, amount)
    assert money.charge(money.pay(everything, amount), amount) == everything
