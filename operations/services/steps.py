"""The only way to move an operation: by compare and set, written down, in one transaction."""

from typing import Any

from django.db.models import F
from django.utils import timezone

from audit.writing import SWITCHBOARD, record
from operations import kinds
from operations.errors import IllegalStepError, LostRaceError
from operations.models import Notice, Operation, Transition
from operations.states import TERMINAL, State, may_step
from teams.models import User

TOLD = TERMINAL | {State.AWAITING, State.UNKNOWN, State.NEEDS_HUMAN}
"""States that people are told of, and that stand in the audit book."""


def begin(operation: Operation) -> None:
    """Save a new operation with its first step, and the entry of the audit book."""
    operation.save(force_insert=True)
    _write_down(operation, start="", actor=operation.made_by, reason="")


def step(
    operation: Operation, end: State, *, actor: User | None = None, reason: str = "", **values: Any
) -> None:
    """Move the operation to `end` and set `values` on it, or raise `LostRaceError`.

    Inside a transaction. `operation` is as it was read; whoever moved it since then wins.
    """
    start = State(operation.state)
    if not may_step(start, end):
        raise IllegalStepError(f"{start} > {end}")
    if end in TERMINAL:
        values.setdefault("closed_at", timezone.now())
        values.setdefault("closed_by", actor)
    change(operation, state=end, **values)
    _write_down(operation, start=start, actor=actor, reason=reason)


def change(operation: Operation, **values: Any) -> None:
    """Set values on the operation unless it was moved since it was read (`LostRaceError`).

    A plain comparison in a plain UPDATE: it decides on PostgreSQL and on SQLite alike. What
    gives another state counts as a version.
    """
    moves = "state" in values
    same = Operation.objects.filter(
        pk=operation.pk, state=operation.state, version=operation.version
    )
    version = F("version") + 1 if moves else F("version")
    if same.update(**values, version=version) != 1:
        raise LostRaceError
    operation.version += moves
    for name, value in values.items():
        setattr(operation, name, value)


def _write_down(operation: Operation, *, start: str, actor: User | None, reason: str) -> None:
    end = State(operation.state)
    Transition.objects.create(
        operation=operation,
        version=operation.version,
        start=start,
        end=end,
        actor=actor,
        reason=reason,
    )
    if end in TOLD:
        Notice.objects.bulk_create([Notice(operation=operation, state=end)], ignore_conflicts=True)
    if end in TOLD or not start:
        _record(operation, actor=actor, reason=reason, is_new=not start)


def _record(operation: Operation, *, actor: User | None, reason: str, is_new: bool) -> None:
    kind = kinds.kind_of(operation.kind)
    known = {"state": operation.state, "Vonage's id": operation.remote_id}
    record(
        kind.asked if is_new else kind.settled,
        actor=actor or SWITCHBOARD,
        workspace=operation.workspace_id,
        account=operation.account_id,
        target=operation,
        old=kind.told_before(operation),
        new={**kind.told(operation), **{name: value for name, value in known.items() if value}},
        reason=reason or operation.detail,
    )
