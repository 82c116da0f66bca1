"""Accounts as the list draws them: ready strings, made in one pass. Hot: fifty at a time."""

import json
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Expression, ExpressionWrapper, F, TextField
from django.db.models.expressions import RawSQL

from accounts.conditions import LOW_UNITS
from money.formatting import format_units
from ui.rows import Row
from ui.sparkline import sparkline

LATEST = 12
_FIGURES = 6
"""Where the figures begin among the columns."""
_LATEST = f"""
SELECT balance FROM accounts_reading WHERE account_id = accounts_account.id
ORDER BY at DESC LIMIT {LATEST}
"""  # noqa: S608 - constants only


@cache
def columns() -> tuple[Any, ...]:
    """Return what `row` needs of an account, for `values_list`; money comes in units."""
    return (
        "api_key",
        "name",
        "is_primary",
        "shares_balance",
        "suspended",
        "vanished_at",
        _units("balance"),
        _units("credit_limit"),
        _units("spendable"),
        _latest_balances(),
    )


def row(values: tuple[Any, ...]) -> Row:
    """Return the strings of one account."""
    key, name, is_primary, shared, suspended, vanished_at, balance, limit, spendable, latest = (
        values
    )
    return Row(
        api_key=key,
        name=name or key,
        badge="primary" if is_primary else "",
        state="gone" if vanished_at else "suspended" if suspended else "active",
        shared=shared,
        balance=_figure(balance),
        credit_limit=_figure(limit),
        spendable=_figure(spendable),
        is_negative=balance is not None and balance < 0,
        is_low=spendable is not None and spendable < LOW_UNITS,
        spark=sparkline(_in_order(latest)),
    )


def hidden(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what a query found without the figures, for people who may not see them."""
    return (*values[:_FIGURES], None, None, None, None)


def _units(column: str) -> Expression:
    """Return the column as the integer that it is, without making Decimals of it."""
    return ExpressionWrapper(F(f"own_balance__{column}"), output_field=BigIntegerField())


def _latest_balances() -> Expression:
    """Return the last readings of each account, newest first, in the same query."""
    if connection.vendor == "postgresql":
        return RawSQL(f"ARRAY({_LATEST})", [])  # noqa: S611 - constants only
    as_json = f"(SELECT json_group_array(balance) FROM ({_LATEST}))"  # noqa: S608 - as above
    return RawSQL(as_json, [], output_field=TextField())  # noqa: S611 - as above


def _figure(units: int | None) -> str:
    return "" if units is None else format_units(units)


def _in_order(latest: str | list[int] | None) -> list[int]:
    """Return the readings from old to new; SQLite hands them on as text."""
    readings = json.loads(latest) if isinstance(latest, str) else latest or []
    return readings[::-1]
