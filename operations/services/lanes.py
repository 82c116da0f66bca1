"""Whether a workspace may send: stopped by people and by books that do not match."""

import logging

from django.db import models, transaction
from django.utils import timezone

from audit.events import Event
from audit.writing import CONSOLE, SWITCHBOARD, record
from operations.models import Finding, Installation, Lane, Operation
from teams.models import User

logger = logging.getLogger(__name__)

Halt, Hold = Lane.Halt, Lane.Hold

STOPS = frozenset(
    {Finding.Kind.DOUBLE, Finding.Kind.LATE, Finding.Kind.ORPHAN, Finding.Kind.MISMATCH}
)
"""Findings after which nothing is sent until a person has looked."""


def lane_of(workspace_id: int) -> Lane:
    """Return the lane of a workspace; a new one is open."""
    return Lane.objects.get_or_create(workspace_id=workspace_id)[0]


def lock(workspace_id: int) -> Lane:
    """Wait for whoever claims or asks in this workspace, until the transaction is over.

    Whatever may come to the lane takes it first, before operations and the audit book: two that
    took them in different orders would wait for each other.

    SQLite needs no lock: its transactions, all of which may write, follow each other anyway.
    """
    rows = Lane.objects.select_for_update().filter(pk=workspace_id)
    lane = rows.first()
    if lane is None:
        lane_of(workspace_id)
        lane = rows.get()
    return lane


@transaction.atomic
def halt(
    workspace_id: int,
    why: Lane.Halt,
    *,
    reason: str,
    actor: User | None = None,
    at_console: bool = False,
) -> bool:
    """Stop all sending of a workspace until a person lets it go on; return whether that is new.

    It takes effect up to the first byte of whatever is on its way. That the installation has moved
    is said instead of what stopped it before: whoever lets it go on confirms the address.
    """
    lane = lock(workspace_id)
    if lane.halt and (why != Halt.MOVED or _says(lane, reason)):
        return False
    _open_ones(workspace_id, halt=lane.halt).update(
        halt=why,
        halt_reason=_with_earlier(reason, lane),
        halted_at=timezone.now(),
        halted_by=actor,
    )
    record(
        Event.SENDING_HALTED,
        actor=_who(actor, at_console=at_console),
        workspace=workspace_id,
        old={"why": lane.halt} if lane.halt else None,
        new={"why": why.value},
        reason=reason,
    )
    return True


def _says(lane: Lane, moved: str) -> bool:
    return lane.halt == Halt.MOVED and lane.halt_reason.partition("\n")[0] == moved


def _with_earlier(reason: str, lane: Lane) -> str:
    """Return why it is stopped, and behind it, on a line of its own, why it was before."""
    if lane.halt == Halt.MOVED:
        earlier = lane.halt_reason.partition("\n")[2]
    else:
        earlier = f"Before that: {lane.get_halt_display()}. {lane.halt_reason}" if lane.halt else ""
    return f"{reason}\n{earlier}" if earlier else reason


@transaction.atomic
def resume(
    workspace_id: int,
    *,
    reason: str,
    actor: User | None = None,
    at_console: bool = False,
    address: str = "",
) -> bool:
    """Let a workspace send again; return whether it was halted. Findings count as seen.

    address: the one that is confirmed with it, where the installation has moved; it is bound to
    it from now on. The caller has halted all workspaces (`moving.is_at_home`): they do not go on
    with this one.
    """
    lane = lock(workspace_id)
    if not lane.halt:
        return False
    Finding.objects.filter(workspace_id=workspace_id, seen_at=None).update(
        seen_at=timezone.now(), seen_by=actor
    )
    Lane.objects.filter(pk=workspace_id).update(
        halt=Halt.NONE, halt_reason="", halted_at=None, halted_by=None
    )
    if address:
        Installation.objects.filter(pk=Installation.ONLY).update(base_url=address)
    record(
        Event.SENDING_RESUMED,
        actor=_who(actor, at_console=at_console),
        workspace=workspace_id,
        old={"why": lane.halt},
        new={"address": address} if address else None,
        reason=reason,
    )
    return True


def hold(workspace_id: int, why: Lane.Hold) -> None:
    """Send nothing until a list from Vonage is good again. The lane is locked already."""
    now = timezone.now()
    if _open_ones(workspace_id, hold="").update(hold=why, held_at=now, audit_due_at=now):
        logger.warning("sending is held", extra={"workspace_id": workspace_id, "why": why.value})


def note_good_list(workspace_id: int) -> None:
    """Vonage answers with these credentials: whatever was only held goes on."""
    held = Lane.objects.filter(pk=workspace_id).exclude(hold=Hold.NONE)
    held.update(hold=Hold.NONE, held_at=None)


@transaction.atomic
def find(
    workspace_id: int,
    kind: Finding.Kind,
    *,
    key: str,
    detail: str,
    operation: Operation | None = None,
) -> bool:
    """Write a finding down, once, and stop sending where it is one that stops it.

    Returns whether it is new.
    """
    lock(workspace_id)
    _, is_new = Finding.objects.get_or_create(
        workspace_id=workspace_id,
        kind=kind,
        key=key,
        defaults={"detail": detail, "operation": operation},
    )
    if is_new and kind in STOPS:
        why = Halt.ROLLBACK if kind == Finding.Kind.ORPHAN else Halt.BOOKS
        halt(workspace_id, why, reason=detail)
    return is_new


def _open_ones(workspace_id: int, **values: str) -> models.QuerySet[Lane]:
    return Lane.objects.filter(pk=workspace_id, **values)


def _who(actor: User | None, *, at_console: bool) -> User | str:
    return actor or (CONSOLE if at_console else SWITCHBOARD)
