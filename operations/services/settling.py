"""Finding out what became of unknown outcomes: by what Vonage shows, never by sending again."""

import logging
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone

from operations import kinds, wire
from operations.errors import LostRaceError, UnreliableError
from operations.kinds import Absent, Conflict, Found, Sighting
from operations.models import Finding, Operation
from operations.services import lanes
from operations.services.steps import change, step
from operations.services.unknown import next_look, settles_at
from operations.states import State
from operations.times import times
from vonage_api import Timeouts
from vonage_api.errors import VonageError

logger = logging.getLogger(__name__)

AT_ONCE = 500
_NOTHING_KNOWN = (VonageError, UnreliableError, wire.CannotConnectError)


def settle_due(now: datetime) -> int:
    """Look at Vonage for the unknown outcomes that are due; return how many were settled.

    One list for all of one account and kind.
    """
    due = Operation.objects.filter(state=State.UNKNOWN, look_at__lte=now)
    rows = due.select_related("workspace", "account", "made_by").order_by("look_at")[:AT_ONCE]
    alike = sorted(rows, key=_group)
    return sum(look_at(list(group)) for _, group in groupby(alike, key=_group))


def _group(operation: Operation) -> tuple[Any, ...]:
    return (operation.workspace_id, operation.kind, operation.account_id or 0)


def look_at(operations: list[Operation]) -> int:
    """Look for operations of one kind and account; return how many of them are settled now."""
    asked_at = timezone.now()
    try:
        sightings = _sightings(operations)
    except _NOTHING_KNOWN as error:
        _put_off(operations, error)
        return 0
    lanes.note_good_list(operations[0].workspace_id)
    return sum(conclude(each, sightings[each.pk], asked_at) for each in operations)


def _sightings(operations: list[Operation]) -> dict[int, Sighting]:
    first, longest = operations[0], times().total
    patience = Timeouts(connect=times().connect, read=times().read, total=longest)
    with wire.client(first.workspace_id, patience) as client:
        return kinds.kind_of(first.kind).look(client, operations)


def _put_off(operations: Iterable[Operation], error: Exception) -> None:
    """Nothing was learned: nothing counts, and we look again later."""
    now = timezone.now()
    for each in operations:
        _quietly(each, look_at=next_look(each, now), looks=each.looks + 1)
        extra = {"operation": each.reference, "error": str(error)}
        logger.warning("an outcome could not be looked up", extra=extra)


def conclude(operation: Operation, sighting: Sighting, asked_at: datetime) -> bool:
    """Move an operation as far as this sighting proves; return whether it is settled by it.

    asked_at: when the list was asked for. An absence counts only in lists asked for after the
    settle time, and only `settle_lists` of them settle it.
    """
    try:
        with transaction.atomic(durable=True):
            match sighting:
                case Found():
                    succeed(operation, sighting, Operation.Resolution.LOOK)
                case Conflict():
                    hand_to_people(operation, sighting)
                case Absent():
                    return _note_absence(operation, asked_at)
    except LostRaceError:
        return False
    return True


def succeed(operation: Operation, found: Found, resolution: Operation.Resolution) -> None:
    """Note that the effect is there; in a transaction."""
    step(operation, State.SUCCEEDED, resolution=resolution, remote_id=found.remote_id, detail="")
    kinds.kind_of(operation.kind).took_effect(operation, found.value)


def hand_to_people(operation: Operation, conflict: Conflict) -> None:
    """Note that something is there which only a person can judge; in a transaction."""
    lanes.lock(operation.workspace_id)
    step(operation, State.NEEDS_HUMAN, detail=conflict.detail)
    if not conflict.stops:
        return
    lanes.find(
        operation.workspace_id,
        Finding.Kind.MISMATCH,
        key=operation.reference,
        detail=conflict.detail,
        operation=operation,
    )


def _note_absence(operation: Operation, asked_at: datetime) -> bool:
    counts = asked_at >= settles_at(operation)
    settled = operation.settled_looks + counts
    if settled >= times().settle_lists:
        step(
            operation,
            State.NOT_EXECUTED,
            resolution=Operation.Resolution.LOOK,
            settled_looks=settled,
            looks=operation.looks + 1,
        )
        return True
    at = next_look(operation, timezone.now())
    change(operation, look_at=at, looks=operation.looks + 1, settled_looks=settled)
    return False


def _quietly(operation: Operation, **values: Any) -> None:
    try:
        change(operation, **values)
    except LostRaceError:
        return  # it is settled, which is better
