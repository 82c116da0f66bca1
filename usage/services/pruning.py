"""Removes what no budget looks at any more: records read one by one before this month."""

from datetime import datetime, timedelta

from teams.models import Workspace
from usage.models import Spent
from usage.services.guarding import begin_of_month

MARGIN = timedelta(days=1)
"""For clocks that go differently around the turn of the month."""
BATCH = 1_000
MOST = 100
"""Batches of one workspace in one go; the next goes on."""


def forget_spent() -> int:
    """Remove the rows of months that are over; return how many were.

    In batches, each a transaction of its own, so that searches write in between.
    """
    before = begin_of_month() - MARGIN
    workspaces = Workspace.objects.order_by("pk").values_list("pk", flat=True)
    return sum(_of(workspace_id, before) for workspace_id in list(workspaces))


def _of(workspace_id: int, before: datetime) -> int:
    removed = 0
    for _ in range(MOST):
        old = Spent.objects.filter(workspace=workspace_id, at__lt=before)
        batch = list(old.order_by("at").values_list("pk", flat=True)[:BATCH])
        if batch:
            removed += Spent.objects.filter(pk__in=batch).delete()[0]
        if len(batch) < BATCH:
            break
    return removed
