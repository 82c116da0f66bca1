"""Outcomes that nobody knows: when we look, what counts, and what may be concluded."""

from datetime import datetime
from typing import Any

from operations.models import Operation
from operations.times import LOOKS, seconds, times


def first_look(now: datetime) -> dict[str, Any]:
    """Return the values of an operation whose outcome is unknown from now on."""
    return {
        "unknown_since": now,
        "look_at": now + seconds(min(LOOKS[0], times().settle)),
        "looks": 0,
        "settled_looks": 0,
    }


def settles_at(operation: Operation) -> datetime:
    """Return from when on an absence counts: nothing sent before can still be carried out."""
    return _since(operation) + seconds(times().settle)


def next_look(operation: Operation, now: datetime) -> datetime:
    """Return when to look again: soon, then seldom, and closely once it can be settled."""
    at = now + seconds(LOOKS[min(operation.looks, len(LOOKS) - 1)])
    settled = settles_at(operation)
    if now >= settled:
        return now + seconds(times().settle_every)
    return min(at, settled)


def _since(operation: Operation) -> datetime:
    assert operation.unknown_since is not None  # noqa: S101 - a constraint of the database
    return operation.unknown_since
