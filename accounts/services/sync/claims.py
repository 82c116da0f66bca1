"""Who may read from Vonage right now: one process per workspace, by conditional update."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Mirror

LONGEST = timedelta(seconds=150)
"""Longer than the slowest reading with all its retries and the write after it."""

BETWEEN_REFRESHES = timedelta(seconds=5)
"""How soon after an attempt a person may ask for the next."""


@dataclass(frozen=True)
class Claim:
    """The right to read a workspace, until it runs out. Writes are bound to its id."""

    workspace_id: int
    id: uuid.UUID


class LostClaimError(Exception):
    """The claim ran out and somebody else reads now; nothing was written."""


def due(now: datetime) -> Iterable[int]:
    """Return the workspaces whose reading is due and whom nobody reads."""
    rows = Mirror.objects.filter(_free(now), due_at__lte=now).order_by("due_at")
    return rows.values_list("workspace_id", flat=True)


def take(workspace_id: int, now: datetime) -> Claim | None:
    """Claim a due workspace, or return None where it is not due or somebody has it."""
    claim = Claim(workspace_id, uuid.uuid4())
    taken = Mirror.objects.filter(_free(now), workspace_id=workspace_id, due_at__lte=now).update(
        claim=claim.id, claimed_until=now + LONGEST
    )
    return claim if taken else None


def release(claim: Claim, **values: object) -> None:
    """End the claim and write `values` on the mirror; raise `LostClaimError` where it ran out."""
    held = Mirror.objects.filter(workspace_id=claim.workspace_id, claim=claim.id)
    if not held.update(claim=None, claimed_until=None, **values):
        raise LostClaimError


def request_refresh(workspace_id: int, now: datetime) -> bool:
    """Make the workspace due now.

    False where it is due already or being read, was just tried, or where Vonage asked us to wait.
    """
    rested = Q(tried_at=None) | Q(tried_at__lte=now - BETWEEN_REFRESHES)
    waiting = Mirror.objects.filter(_free(now), rested, workspace_id=workspace_id, due_at__gt=now)
    mirrors = waiting.exclude(fault=Mirror.Fault.THROTTLED)
    return bool(mirrors.update(due_at=now))


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lte=now)
