from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.formatting import format_money, format_units
from money.units import LARGEST, NotExactError, from_units, to_units

amounts = st.decimals(min_value=-(10**10), max_value=10**10, places=8)


@given(amounts)
def test_there_and_back_is_the_same(amount):
    assert from_units(to_units(amount)) == amount


@given(st.lists(amounts, max_size=5))
def test_sums_of_units_are_sums_of_amounts(values):
    assert from_units(sum(map(to_units, values))) == sum(values)


@pytest.mark.parametrize("text", ["0.000000001", "NaN", "Infinity", "1e400", "92233720369"])
def test_what_does_not_fit_is_refused_and_never_rounded(text):
    with pytest.raises(NotExactError):
        to_units(Decimal(text))


def test_range():
    assert to_units(from_units(LARGEST)) == LARGEST


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1234567.5", "€\xa01,234,567.50"),
        ("-0.0001", "\N{MINUS SIGN}€\xa00.0001"),
        ("10.17127500", "€\xa010.171275"),
        ("0", "€\xa00.00"),
        ("5E+1", "€\xa050.00"),
    ],
)
def test_money_is_written_with_all_its_decimals(text, shown):
    assert format_money(Decimal(text)) == shown
    assert format_units(to_units(Decimal(text))) == shown.replace("€\xa0", "")
