"""Old events, removed: as long as Vonage keeps its records, and no longer."""

from datetime import datetime, timedelta

from remote_events.models import RemoteEvent
from teams.models import Workspace

KEPT = timedelta(days=396)
"""About 13 months."""
BATCH = 1_000
MOST = 100
"""Batches of one workspace in one go; the next goes on."""


def forget_old(now: datetime) -> int:
    """Remove the events that are older; return how many were.

    In batches, each a transaction of its own, so that others write in between.
    """
    workspaces = Workspace.objects.order_by("pk").values_list("pk", flat=True)
    return sum(_of(workspace_id, now - KEPT) for workspace_id in list(workspaces))


def _of(workspace_id: int, before: datetime) -> int:
    removed = 0
    for _ in range(MOST):
        old = RemoteEvent.objects.filter(workspace=workspace_id, at__lt=before)
        batch = list(old.order_by("at").values_list("pk", flat=True)[:BATCH])
        if batch:
            removed += RemoteEvent.objects.filter(pk__in=batch).delete()[0]
        if len(batch) < BATCH:
            break
    return removed
