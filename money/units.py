"""Money as whole numbers: one unit is 0.00000001 of the currency.

Vonage writes up to eight decimals (`10.17127500`). A database integer holds that exactly on
SQLite and PostgreSQL alike, adds up without rounding, and is small; SQLite's own decimals are
floats. The range is ±92 billion, which the database column enforces.
"""

from decimal import Context, Decimal, Inexact, InvalidOperation

DECIMALS = 8
UNITS = 10**DECIMALS
LARGEST = 2**63 - 1

_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation])
_UNITS = Decimal(UNITS)


class NotExactError(ValueError):
    """The amount has more than eight decimals, is not finite, or is out of range."""


def to_units(amount: Decimal) -> int:
    """Return `amount` (any sign) in units of 0.00000001; raise `NotExactError`, never round."""
    try:
        units = int(_EXACT.multiply(amount, _UNITS).to_integral_exact(context=_EXACT))
    except (ArithmeticError, ValueError) as error:
        raise NotExactError(f"{amount} cannot be kept exactly in {DECIMALS} decimals") from error
    if abs(units) > LARGEST:
        raise NotExactError(f"{amount} is out of range")
    return units


def from_units(units: int) -> Decimal:
    """Return the amount of `units` (0.00000001 each) with all eight decimals."""
    return Decimal(units).scaleb(-DECIMALS)
