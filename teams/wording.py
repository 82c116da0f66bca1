"""Grants in plain words: `Operator on accounts tagged pilot, at most € 50 a day, until Fri 27 Nov`.

Times are in the active zone. Whatever a grant holds, a sentence comes out of it.
"""

from collections.abc import Sequence
from datetime import datetime, time

from django.utils import timezone

from money.formatting import format_limit
from teams.ceilings import Limits
from teams.models import Grant

Scope = Grant.Scope

_LAST_MINUTE = time(23, 59)
_PERIODS = (("per_transfer", "a transfer"), ("per_day", "a day"), ("per_month", "a month"))


def sentence(grant: Grant) -> str:
    """Return the whole grant as one sentence without a full stop."""
    return ", ".join(filter(None, (f"{grant.role_name} on {place(grant)}", *conditions(grant))))


def conditions(grant: Grant) -> list[str]:
    """Return what narrows or widens a grant: limits, time, and that it may be passed on."""
    passing = ["may pass it on"] if grant.may_pass_on else []
    primary = ["with money from and to the primary account"] if grant.with_primary else []
    return [*primary, *limits(limits_of(grant)), *filter(None, [period(grant)]), *passing]


def place(grant: Grant) -> str:
    """Return on which accounts."""
    if grant.scope == Scope.TAG:
        return f"accounts tagged {grant.tag}"
    if grant.scope == Scope.SELECTED:
        return accounts(number_selected(grant), "selected account")
    return Scope(grant.scope).label


def short(grant: Grant) -> str:
    """Return role and accounts alone."""
    return f"{grant.role_name} on {place(grant)}"


def limits(given: Limits) -> list[str]:
    """Return limits in EUR as parts of a sentence; nothing where there is none."""
    amounts = [
        f"{format_limit(amount)} {every}"
        for name, every in _PERIODS
        if (amount := getattr(given, name)) is not None
    ]
    parts = [f"at most {listed(amounts)}"] if amounts else []
    if given.approval_above is not None:
        parts.append(f"above {format_limit(given.approval_above)} with an approval")
    return parts


def limits_of(grant: Grant) -> Limits:
    """Return the limits that stand on a grant."""
    return Limits(*(getattr(grant, name) for name in Limits._fields))


def period(grant: Grant) -> str:
    """Return from when until when, seen from now; nothing for a grant without end."""
    now, start, end = timezone.now(), grant.starts_at, grant.ends_at
    if end and end <= now:
        return f"ended {day(end)}"
    beginning = f"from {day(start)}" if start and start > now else ""
    return " ".join(filter(None, (beginning, f"until {day(end, is_end=True)}" if end else "")))


def day(at: datetime, *, is_end: bool = False) -> str:
    """Return e.g. `Fri 27 Nov, 18:00`, with the year where it is another one.

    The last minute of a day, as an end, is the whole day.
    """
    here, now = _local(at), timezone.localtime()
    year = "" if here.year == now.year else f" {here.year}"
    is_whole = is_end and here.time().replace(second=0, microsecond=0) == _LAST_MINUTE
    return f"{here:%a} {here.day} {here:%b}{year}{'' if is_whole else f', {here:%H:%M}'}"


def accounts(number: int, noun: str = "account") -> str:
    """Return e.g. `1 account` or `20,000 accounts`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return `a, b and c`."""
    *others, last = parts or ("",)
    return f"{', '.join(others)} and {last}" if others else last


def number_selected(grant: Grant) -> int:
    """Return how many accounts a selection names; `teams.roster.for_reading` brings it along."""
    known: int | None = getattr(grant, "selected", None)
    if known is not None:
        return known
    return grant.accounts.count() if grant.pk else 0


def _local(at: datetime) -> datetime:
    try:
        return timezone.localtime(at)
    except OverflowError:  # the last day of the calendar has no tomorrow
        return at
