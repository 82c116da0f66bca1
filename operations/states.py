"""The states of an operation and every step between them: the table, and nothing beside it.

Drawn in `docs/operations.md`, which a test compares with this.
"""

from collections.abc import Iterable

from django.db import models


class State(models.TextChoices):
    """Where an operation stands. The labels are what a person reads."""

    AWAITING = "awaiting", "Waiting for an approval"
    READY = "ready", "Waiting to be sent"
    SENDING = "sending", "Sending"
    SUCCEEDED = "succeeded", "Done"
    REJECTED = "rejected", "Refused by Vonage"
    UNKNOWN = "unknown", "Being verified"
    NOT_EXECUTED = "not_executed", "Not seen at Vonage"
    NEEDS_HUMAN = "needs_human", "Needs you"
    CANCELLED = "cancelled", "Cancelled"
    DECLINED = "declined", "Declined"
    LAPSED = "lapsed", "Lapsed without an approval"
    EXPIRED = "expired", "Too late to be sent"


S = State

STEPS: dict[State, frozenset[State]] = {
    S.AWAITING: frozenset({S.READY, S.DECLINED, S.LAPSED, S.CANCELLED}),
    S.READY: frozenset({S.SENDING, S.CANCELLED, S.EXPIRED}),
    # Back to ready only what provably left no byte, or what Vonage itself turned away.
    S.SENDING: frozenset({S.SUCCEEDED, S.REJECTED, S.UNKNOWN, S.READY, S.NEEDS_HUMAN}),
    # Never back to ready: what may have happened is never sent again.
    S.UNKNOWN: frozenset({S.SUCCEEDED, S.REJECTED, S.NOT_EXECUTED, S.NEEDS_HUMAN}),
    S.NEEDS_HUMAN: frozenset({S.SUCCEEDED, S.NOT_EXECUTED}),
    # Found at Vonage after all, however late: the watch over these never ends.
    S.NOT_EXECUTED: frozenset({S.SUCCEEDED, S.NEEDS_HUMAN}),
    S.REJECTED: frozenset({S.SUCCEEDED, S.NEEDS_HUMAN}),
    S.CANCELLED: frozenset({S.SUCCEEDED, S.NEEDS_HUMAN}),
    S.DECLINED: frozenset({S.SUCCEEDED, S.NEEDS_HUMAN}),
    S.LAPSED: frozenset({S.SUCCEEDED, S.NEEDS_HUMAN}),
    S.EXPIRED: frozenset({S.SUCCEEDED, S.NEEDS_HUMAN}),
    S.SUCCEEDED: frozenset(),
}
"""From each state, where an operation may go."""

BEGINNINGS = frozenset({S.AWAITING, S.READY})
"""Where an operation begins."""

DEAD = frozenset({S.REJECTED, S.NOT_EXECUTED, S.CANCELLED, S.DECLINED, S.LAPSED, S.EXPIRED})
"""Ends in which nothing has happened at Vonage, as far as we know."""

TERMINAL = DEAD | {S.SUCCEEDED}
"""Ends."""

HELD = frozenset({S.READY, S.SENDING, S.UNKNOWN, S.NEEDS_HUMAN})
"""Under way, or not known: whatever limits there are count these as done."""

COUNTED = HELD | {S.SUCCEEDED}
"""What counts against limits."""


def may_step(start: State, end: State) -> bool:
    """Return whether there is a step from `start` to `end`."""
    return end in STEPS[start]


def may_reach(states: Iterable[State]) -> bool:
    """Return whether this is a way that an operation can have gone from its beginning."""
    way = list(states)
    return way[:1] != [] and way[0] in BEGINNINGS and all(map(may_step, way, way[1:]))
