"""How an amount looks: the only place that decides it."""

from decimal import Decimal

from money.units import UNITS

CENTS = 2
_SIGN = "\N{MINUS SIGN}"
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


def format_units(units: int) -> str:
    """Return e.g. minus `1,234.50` for an amount in units; never rounded, at least two decimals."""
    whole, rest = divmod(abs(units), UNITS)
    cents = f"{rest:08d}".rstrip("0").ljust(CENTS, "0")
    return f"{_SIGN if units < 0 else ''}{whole:,}.{cents}"


def format_money(amount: Decimal, currency: str = "EUR") -> str:
    """Return e.g. `€ 1,234.5678` for `amount`; all decimals that it has, at least two.

    An unknown currency shows its code. The space does not break.
    """
    digits = f"{abs(amount):,f}"
    whole, _, rest = digits.partition(".")
    sign = _SIGN if amount < 0 else ""
    unit = _SYMBOLS.get(currency, currency)
    return f"{sign}{unit}\N{NO-BREAK SPACE}{whole}.{rest.rstrip('0').ljust(CENTS, '0')}"


def format_limit(amount: Decimal, currency: str = "EUR") -> str:
    """Return e.g. `€ 50` or `€ 49.90`: an amount inside a sentence, without empty cents."""
    return format_money(amount, currency).removesuffix(".00")
