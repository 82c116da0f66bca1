"""How the simulator writes: JSON with exact decimals, and dates in Vonage's form."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any

FOUR = Decimal("0.0001")
EIGHT = Decimal("0.00000001")


def dumps(value: object) -> str:
    """Return compact JSON. A Decimal becomes a number with exactly its digits.

    The standard writer knows no Decimals, which is the reason for this one. TypeError for
    anything that is not in `WRITERS`: a float above all.
    """
    writer = WRITERS.get(type(value))
    if writer is None:
        raise TypeError(f"A {type(value).__name__} has no place in JSON here.")
    return writer(value)


def _object(value: dict[str, object]) -> str:
    return "{" + ",".join([f"{quoted(name)}:{dumps(v)}" for name, v in value.items()]) + "}"


def _array(value: Iterable[object]) -> str:
    return "[" + ",".join(map(dumps, value)) + "]"


WRITERS: dict[type, Callable[[Any], str]] = {
    str: quoted,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): lambda _: "null",
    int: str,
    Decimal: "{:f}".format,
    dict: _object,
    list: _array,
    tuple: _array,
}


def four_decimals(amount: Decimal) -> Decimal:
    """Return the amount as the subaccounts API shows it; never a negative zero."""
    return amount.quantize(FOUR) + 0


def eight_decimals(amount: Decimal) -> Decimal:
    """Return the amount as `get-balance` shows it; never a negative zero."""
    return amount.quantize(EIGHT) + 0


def shortest(amount: Decimal) -> Decimal:
    """Return the amount without zeros at its end, as transfers show it: `0.5`, `20`."""
    return (
        amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()
    )


def exact_time(moment: datetime) -> str:
    """Return a UTC time with its milliseconds: `2024-08-28T14:11:32.239Z`."""
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def whole_seconds(moment: datetime) -> str:
    """Return a UTC time whose milliseconds are lost, as later reads of a subaccount show it."""
    return moment.isoformat(timespec="seconds").removesuffix("+00:00") + ".000Z"


def seconds(moment: datetime) -> str:
    """Return a UTC time without milliseconds, as secrets show it: `2022-03-28T14:16:56Z`."""
    return moment.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def with_offset(moment: datetime) -> str:
    """Return a UTC time as reports show it: `2024-02-07T14:22:08+00:00`."""
    return moment.isoformat(timespec="seconds")


def without_zone(moment: datetime) -> str:
    """Return a UTC time as audit events show it: `2018-08-13T10:15:31`."""
    return moment.isoformat(timespec="seconds").removesuffix("+00:00")
