"""Taking an operation to send it: everything is asked once more, behind the lock."""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce

from operations import kinds
from operations.addresses import is_same_place
from operations.errors import LostRaceError, RefusedError
from operations.models import Approval, Attempt, Installation, Lane, Operation
from operations.services import lanes, moving
from operations.services.sending.beginning import began_at
from operations.services.steps import change, step
from operations.states import COUNTED, State
from operations.times import seconds, times
from teams.policy import actor_in


@dataclass(frozen=True)
class Claim:
    """The right to make one attempt. looks_first: something may have been sent before."""

    operation: Operation
    attempt: Attempt
    looks_first: bool


def claim(pk: int, now: datetime) -> Claim | None:
    """Take an operation that is ready, or return None where it is not to be sent now.

    What may not be sent any more is cancelled, with the reason, or expired.
    """
    try:
        return _claim(pk, now)
    except (LostRaceError, IntegrityError):
        return None  # somebody else has it, or another one of the same account is under way
    except _ElsewhereError:
        moving.is_at_home()  # outside of the transaction: it halts all workspaces, one by one
        return None


class _ElsewhereError(Exception):
    """The installation is bound to another address than that of this process."""


@transaction.atomic(durable=True)
def _claim(pk: int, now: datetime) -> Claim | None:
    workspace_id = waits_in(pk)
    if workspace_id is None or lanes.lock(workspace_id).is_closed:
        return None
    operation = _ready(pk, now)  # read behind the lock: whoever came too late leaves at once
    if operation is None:
        return None
    if now >= operation.not_after:
        step(operation, State.EXPIRED, reason="It could not be sent in time.")
        return None
    if _is_from_before(operation) and now < began_at() + seconds(times().visible):
        change(operation, not_before=began_at() + seconds(times().visible))
        return None
    if objection := _objection(operation):
        step(operation, State.CANCELLED, reason=objection)
        return None
    return _take(operation, now)


def waits_in(pk: int) -> int | None:
    """Return the workspace in which an operation waits to be sent; None where it waits no more."""
    rows = Operation.objects.filter(pk=pk, state=State.READY)
    return rows.values_list("workspace_id", flat=True).first()


def _ready(pk: int, now: datetime) -> Operation | None:
    """Return the operation if it is to be sent. Raises `_ElsewhereError`; one query for both."""
    rows = Operation.objects.select_related("workspace", "made_by", "account")
    bound = Installation.objects.filter(pk=Installation.ONLY).values("base_url")
    ready = rows.filter(pk=pk, state=State.READY, not_before__lte=now)
    found = ready.annotate(bound_to=Coalesce(Subquery(bound), Value(""))).first()
    if found and not is_same_place(found.bound_to, settings.BASE_URL):
        raise _ElsewhereError
    return found


def _is_from_before(operation: Operation) -> bool:
    """Return whether another process may have sent it: also one that a restore made forgotten."""
    return operation.created_at < began_at()


def _objection(operation: Operation) -> str:
    """Return why this may not be sent, or nothing."""
    approval = Approval.objects.filter(operation=operation).first()
    if approval and not _agrees(approval, operation):
        return "What was approved is not what would be sent."
    if _is_outdated(operation):
        return "Something newer was asked for."
    actor = actor_in(operation.made_by, operation.workspace.slug)
    if actor is None:
        return f"{operation.made_by} has no part in the workspace any more."
    try:
        kinds.kind_of(operation.kind).require(actor, operation)
    except (PermissionDenied, RefusedError) as refusal:
        return str(refusal)
    return ""


def _agrees(approval: Approval, operation: Operation) -> bool:
    is_given = approval.verdict == Approval.Verdict.APPROVED
    return is_given and approval.fingerprint == operation.fingerprint


def _is_outdated(operation: Operation) -> bool:
    if not kinds.kind_of(operation.kind).newest_only:
        return False
    newer = Operation.objects.filter(
        account=operation.account_id, kind=operation.kind, pk__gt=operation.pk
    )
    return newer.filter(state__in=COUNTED).exists()


def _take(operation: Operation, now: datetime) -> Claim:
    before = operation.attempts.count()
    step(operation, State.SENDING)
    attempt = Attempt.objects.create(operation=operation, n=before + 1, started_at=now)
    return Claim(operation, attempt, looks_first=before > 0 or _is_doubtful(operation, now))


def _is_doubtful(operation: Operation, now: datetime) -> bool:
    """Return whether it, or what it repeats, may have been sent although nothing here says so."""
    waited = now - operation.created_at > seconds(times().visible)
    return waited or _is_from_before(operation) or operation.supersedes_id is not None


def due(now: datetime, limit: int) -> list[int]:
    """Return operations to be sent now, those that wait longest; none of closed workspaces.

    Those of one account follow each other as they were asked for. The accounts come in any order:
    senders that began at the same one would all wait for it, and all but one in vain.
    """
    closed = Lane.objects.exclude(halt=Lane.Halt.NONE, hold=Lane.Hold.NONE)
    ready = Operation.objects.filter(state=State.READY, not_before__lte=now)
    open_ones = ready.exclude(workspace__in=closed.values("pk")).order_by("not_before", "pk")
    turns: defaultdict[int | None, float] = defaultdict(random.random)
    rows = open_ones.values_list("pk", "account_id")[:limit]
    return [pk for pk, account_id in sorted(rows, key=lambda row: turns[row[1]])]
