"""Amounts of money as they come from the wire: exact, finite, of a size that money has."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation

_SMALLEST = Decimal("1e-8")
_UNITS = Decimal("1e8")
_TOO_LONG = "An amount has over ten digits before the point or eight behind it"
# Eighteen digits of which eight stand behind the point: one step checks the size and the decimals.
_EXACT = Context(prec=18, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Inexact])


def check_money(amount: Decimal) -> None:
    """Raise `ValueError` unless the amount is below 10**10 with at most 8 decimals."""
    try:
        _EXACT.quantize(amount, _SMALLEST)
        fits = amount.is_finite()
    except ArithmeticError:
        fits = False
    if not fits:
        raise ValueError(_TOO_LONG)


def units(amount: Decimal | None) -> int:
    """Return the amount in whole units of 0.00000001.

    Raises `ValueError` where there is none, or as `check_money` does.
    """
    if amount is None:
        raise ValueError("An amount is missing")
    try:
        return int(_EXACT.quantize(amount, _SMALLEST) * _UNITS)
    except ArithmeticError:
        pass
    raise ValueError(_TOO_LONG)


def as_credit_limit(amount: Decimal) -> Decimal:
    """Return the limit as zero or a negative amount: minus 100 allows a balance of minus 100.

    Vonage's texts speak of absolute values, its answers are negative, some samples are positive.
    """
    return -amount if amount > 0 else amount
