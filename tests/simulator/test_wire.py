import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from simulator import wire

CONTENT: dict[str, object] = {
    "text": 'Tom\'s "Käse" & Co\n\u2028さ',
    "none": None,
    "flags": [True, False],
    "whole": -3,
    "amount": Decimal("-0.0010"),
    "empty": {},
}


def test_json_is_read_back_as_written() -> None:
    assert json.loads(wire.dumps(CONTENT), parse_float=Decimal) == CONTENT


@pytest.mark.parametrize("digits", ["1.7100", "0.0000", "12345678901234567890.1234", "-100"])
def test_decimals_keep_their_digits(digits: str) -> None:
    assert wire.dumps(Decimal(digits)) == digits


def test_small_decimals_get_no_exponent() -> None:
    assert wire.dumps(Decimal("1E-8")) == "0.00000001"


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        wire.dumps({"amount": 0.1})


def test_amounts_have_their_decimals_and_no_negative_zero() -> None:
    assert str(wire.four_decimals(Decimal("29.18202293"))) == "29.1820"
    assert str(wire.eight_decimals(Decimal("29.18202293"))) == "29.18202293"
    assert str(wire.four_decimals(Decimal("-0.00001"))) == "0.0000"
    assert str(wire.eight_decimals(Decimal(-100))) == "-100.00000000"


def test_times() -> None:
    moment = datetime(2024, 8, 28, 14, 11, 32, 239_871, tzinfo=UTC)
    assert wire.exact_time(moment) == "2024-08-28T14:11:32.239Z"
    assert wire.whole_seconds(moment) == "2024-08-28T14:11:32.000Z"
    assert wire.exact_time(moment.replace(microsecond=0)) == "2024-08-28T14:11:32.000Z"
