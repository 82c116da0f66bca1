"""What a person is told before money leaves an account."""

from decimal import Decimal

import pytest

from operations.models import Draft
from subaccounts.figures import CREDIT, Figures, Side, warnings

BALANCE = "balance_transfer"


def told(balance: str, amount: str, *, kind: str = BALANCE, limit: str = "50") -> list[str]:
    """Return the warnings where the giving side has these figures."""
    now, moved = Figures(Decimal(balance), Decimal(limit)), Decimal(amount)
    after, available = now.moved(kind, -moved), now.available(kind)
    shown = {"account": None, "is_named": True, "is_shown": True, "leaving": Decimal(0)}
    giver = Side(**shown, gives=True, now=now, after=after, available=available)
    taker = Side(**shown, gives=False, now=None, after=None, available=None)
    return warnings([taker, giver], Draft(kind=kind, amount=moved))


@pytest.mark.parametrize(
    ("balance", "amount", "expected"),
    [
        ("10", "2.50", ""),
        ("10", "10", "empties the account"),
        ("10", "10.0001", "draws on credit: the balance goes below zero"),
        ("0", "1", "draws on credit: the balance goes below zero"),
        ("-20", "1", "draws on credit: the balance is below zero already"),
    ],
)
def test_giver_of_balance_is_warned(balance, amount, expected):
    said = told(balance, amount)
    assert len(said) == bool(expected)
    assert expected in "".join(said)


def test_credit_draws_on_nothing():
    assert told("-20", "1", kind=CREDIT) == []


@pytest.mark.parametrize(
    ("balance", "amount", "kind"),
    [("-20", "30", CREDIT), ("0", "50", CREDIT), ("10", "60", BALANCE), ("-20", "30", BALANCE)],
)
def test_last_that_an_account_can_spend_is_told(balance, amount, kind):
    said = told(balance, amount, kind=kind)
    assert "nothing is left to spend" in said[-1]
    assert len(said) == 1 + (kind == BALANCE)


@pytest.mark.parametrize(
    ("balance", "kind", "why"),
    [
        ("-20", BALANCE, "balance and credit limit together"),
        ("-20", CREDIT, "the credit limit, without what is used of it"),
        ("20", CREDIT, "the credit limit"),
    ],
)
def test_what_is_available_is_said_with_why(balance, kind, why):
    assert Figures(Decimal(balance), Decimal(50)).why(kind) == why
    assert Figures(Decimal(balance), None).why(kind) == ""


def test_more_than_there_is_is_told_as_well():
    refused, drawn = told("10", "61")
    assert "Only € 60.00 can be moved away" in refused.replace("\xa0", " ")
    assert "draws on credit" in drawn
