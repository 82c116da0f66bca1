"""What is said beside the figures of a statement, in words. Times are those of its zone."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from money.formatting import format_money
from usage.products import PRODUCTS

_SAID = {
    "shares_balance": "It shares the primary account's balance and has none of its own.",
    "transfers_unread": "Transfers are not known: Vonage's list was not read yet.",
    "unasked": "Usage of this month is not known: no report of it was ordered.",
    "two_lists": "Resale prices are not shown: two of its tags have a price list.",
    "no_list": "Resale prices are not shown: none of its tags has a price list.",
    "partly_priced": "Some of the usage has no resale price and is not in the resale total.",
    "why_numbers": "the rental of phone numbers, which Vonage does not tell",
    "why_days": "usage of days that are not known",
    "why_payments": "payments to Vonage, which are not told",
    "why_shared": "accounts that began or ceased to share its balance in between",
    "why_other": "charges of which no report was ordered, or that Vonage booked on another day",
}


def said(code: str, more: dict[str, Any], zone: str) -> str:
    """Return a note in words; those of reasons are parts of a sentence."""
    if code in _SAID:
        return _SAID[code]
    return str(_WITH_FIGURES[code](more, zone))


def _days(more: dict[str, Any], _: str) -> str:
    days = more["days"]
    name = ", ".join(filter(None, (PRODUCTS[more["product"]].name, more["direction"])))
    return f"Usage of {name} is not known for {days} day{'s' * (days != 1)}."


def _unknown(which: str) -> Any:
    def words(more: dict[str, Any], zone: str) -> str:
        if not more["since"]:
            return f"The balance at the {which} is not known: it was never read."
        since = _moment(more["since"], zone)
        return f"The balance at the {which} is not known: it is read since {since}."

    return words


def _currency(more: dict[str, Any], _: str) -> str:
    amount = format_money(Decimal(more["amount"]), more["currency"])
    return f"{amount} for {PRODUCTS[more['product']].name}, in another currency"


def _zone(more: dict[str, Any], zone: str) -> str:
    return f"usage that was counted by months of {', '.join(more['zones'])} and not of {zone}"


def _transfers(more: dict[str, Any], zone: str) -> str:
    return f"transfers after {_moment(more['until'], zone)}, which were not read yet"


def _late(more: dict[str, Any], zone: str) -> str:
    return (
        f"Transfers are read up to {_moment(more['until'], zone)}, which is not all of the month."
    )


def _reading(more: dict[str, Any], zone: str) -> str:
    return f"the balance at the end, which last changed here at {_moment(more['at'], zone)}"


_WITH_FIGURES = {
    "days_unknown": _days,
    "opening_unknown": _unknown("beginning"),
    "closing_unknown": _unknown("end"),
    "transfers_late": _late,
    "why_currency": _currency,
    "why_zone": _zone,
    "why_transfers": _transfers,
    "why_reading": _reading,
}


def _moment(text: str, zone: str) -> str:
    at = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    return f"{at.day} {at:%b %Y, %H:%M}"
