"""How much a person may still move: the limits of the grants through which it would be moved."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, Sum
from django.utils import timezone

from money.formatting import format_limit
from operations.errors import LimitReachedError
from operations.models import Operation
from operations.models.asked import Asked
from operations.states import COUNTED
from operations.times import seconds
from teams.ceilings import Limits
from teams.transfers import Pair

DAY, MONTH = seconds(24 * 3600), seconds(30 * 24 * 3600)
"""Limits a day and a month are over any 24 hours and any 30 days."""

NOTHING = Decimal(0)


class Moved(NamedTuple):
    """What a person has moved, in EUR, whichever way; what may have happened counts."""

    day: Decimal
    month: Decimal


def moved_by(asked: Asked, now: datetime) -> Moved:
    """Return what the maker has moved in the workspace, beside what is asked about. One query."""
    theirs = Operation.objects.filter(
        workspace=asked.workspace_id,
        made_by=asked.made_by_id,
        amount__isnull=False,
        state__in=COUNTED,
        created_at__gt=now - MONTH,
    ).exclude(form_token=asked.form_token)
    sums = theirs.aggregate(
        day=Sum("amount", filter=Q(created_at__gt=now - DAY)), month=Sum("amount")
    )
    return Moved(sums["day"] or NOTHING, sums["month"] or NOTHING)


def require_room(asked: Asked, pairs: Iterable[Pair] | None) -> None:
    """Raise `LimitReachedError` unless one of the pairs of grants leaves room for the amount.

    pairs: those through which the person may move it; None for the primary user, who is not bound.
    """
    if pairs is None:
        return
    moved = moved_by(asked, timezone.now())
    faults = [_fault(pair, asked.amount or NOTHING, moved) for pair in pairs]
    if all(faults):
        raise LimitReachedError(_most_generous(faults), field="amount")


def left_for(asked: Asked, pairs: Iterable[Pair] | None) -> Decimal | None:
    """Return the most that the maker can move now in one transfer, in EUR; None without a limit.

    pairs: as above. What was moved before counts, what may have happened too. At most one query.
    """
    if pairs is None:
        return None
    moved = moved_by(asked, timezone.now())
    rooms = [
        _lowest(room for each in pair for room in _rooms(each.limits, moved)) for pair in pairs
    ]
    if None in rooms:
        return None
    return max((room for room in rooms if room is not None), default=NOTHING)


def _rooms(limits: Limits, moved: Moved) -> Iterable[Decimal]:
    for most, before in (
        (limits.per_transfer, NOTHING),
        (limits.per_day, moved.day),
        (limits.per_month, moved.month),
    ):
        if most is not None:
            yield max(most - before, NOTHING)


def needs_approval(asked: Asked, pairs: Iterable[Pair] | None) -> str:
    """Return why the person's grants ask for an approval, or nothing where one of them does not."""
    if pairs is None:
        return ""
    amount, moved = asked.amount or NOTHING, moved_by(asked, timezone.now())
    above = [
        _lowest(each.limits.approval_above for each in pair)
        for pair in pairs
        if not _fault(pair, amount, moved)
    ]
    if not above or any(each is None or amount <= each for each in above):
        return ""
    most = max(each for each in above if each is not None)
    return f"{asked.made_by} may move more than {format_limit(most)} only with an approval."


class _Fault(NamedTuple):
    """Why a pair of grants leaves no room, and how much it would leave."""

    room: Decimal
    sentence: str


def _fault(pair: Pair, amount: Decimal, moved: Moved) -> _Fault | None:
    faults = [fault for each in pair for fault in _faults(each.limits, amount, moved)]
    return min(faults) if faults else None


def _faults(limits: Limits, amount: Decimal, moved: Moved) -> Iterable[_Fault]:
    for most, before, every in (
        (limits.per_transfer, NOTHING, "in one transfer"),
        (limits.per_day, moved.day, "within 24 hours"),
        (limits.per_month, moved.month, "within 30 days"),
    ):
        if most is not None and before + amount > most:
            room = max(most - before, NOTHING)
            yield _Fault(room, _sentence(most, every, before, room))


def _sentence(most: Decimal, every: str, before: Decimal, room: Decimal) -> str:
    limit = f"Your access lets you move at most {format_limit(most)} {every}"
    if not before:
        return f"{limit}."
    return f"{limit}; you have moved {format_limit(before)}, so {format_limit(room)} is left."


def _most_generous(faults: Iterable[_Fault | None]) -> str:
    """Return the sentence of the pair that would leave most; of none, that there is none."""
    known = [each for each in faults if each]
    return max(known).sentence if known else "Your access lets you move nothing here."


def _lowest(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [each for each in amounts if each is not None]
    return min(known) if known else None
