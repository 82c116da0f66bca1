"""Who may read the audit of a workspace right now: one process, by conditional update."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import Connection
from remote_events.models import EventFeed
from teams.models import Workspace

LONGEST = timedelta(minutes=5)
"""Longer than the slowest round; the worker ends its tasks before."""
BETWEEN_ATTEMPTS = timedelta(seconds=30)
"""How soon after an attempt a person may ask for the next."""
_CONNECTED = (Connection.State.WORKING, Connection.State.UNPROVISIONED)


@dataclass(frozen=True)
class Claim:
    """The right to read the audit of a workspace, until it runs out. Writes are bound to it."""

    workspace_id: int
    id: uuid.UUID


class LostClaimError(Exception):
    """The claim ran out and somebody else reads now; nothing was written."""


def due(now: datetime) -> list[int]:
    """Return the connected workspaces whose audit is to be read and is read by nobody."""
    connected = Workspace.objects.filter(connection__state__in=_CONNECTED)
    waiting = Q(event_feed=None) | Q(event_feed__due_at__lte=now) & _free(now, "event_feed__")
    return list(
        connected.filter(waiting).order_by("event_feed__due_at", "pk").values_list("pk", flat=True)
    )


def request(workspace_id: int, now: datetime) -> bool:
    """Make the audit of a workspace due now; False where it is being read or was just tried."""
    EventFeed.objects.get_or_create(workspace_id=workspace_id, defaults={"due_at": now})
    rested = Q(tried_at=None) | Q(tried_at__lte=now - BETWEEN_ATTEMPTS)
    waiting = EventFeed.objects.filter(_free(now), rested, workspace=workspace_id)
    return bool(waiting.update(due_at=now))


def take(workspace_id: int, now: datetime) -> Claim | None:
    """Claim the audit that is due, or return None where it is not or somebody has it."""
    EventFeed.objects.get_or_create(workspace_id=workspace_id, defaults={"due_at": now})
    claim = Claim(workspace_id, uuid.uuid4())
    feeds = EventFeed.objects.filter(_free(now), workspace=workspace_id, due_at__lte=now)
    taken = feeds.update(claim=claim.id, claimed_until=now + LONGEST)
    return claim if taken else None


def keep(claim: Claim, **values: object) -> None:
    """Write `values` on the feed; raise `LostClaimError` where the claim ran out.

    Others are kept out until the transaction ends.
    """
    if not _of(claim).update(claim=claim.id, **values):
        raise LostClaimError


def release(claim: Claim, **values: object) -> None:
    """End the claim and write `values` on the feed; raise `LostClaimError` where it ran out."""
    if not _of(claim).update(claim=None, claimed_until=None, **values):
        raise LostClaimError


def _of(claim: Claim) -> "QuerySet[EventFeed]":
    return EventFeed.objects.filter(workspace=claim.workspace_id, claim=claim.id)


def _free(now: datetime, path: str = "") -> Q:
    none, over = {f"{path}claimed_until": None}, {f"{path}claimed_until__lte": now}
    return Q(**none) | Q(**over)
