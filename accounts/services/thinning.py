"""Totals are read every minute and drawn over weeks: older ones are thinned to one an hour.

Readings of single accounts are never thinned.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from accounts.models import TotalReading

KEPT_WHOLE = timedelta(days=2)
LOOKED_AT = timedelta(days=2)
"""How far behind `KEPT_WHOLE` a run looks; what is older was thinned by an earlier one."""


def thin_totals(now: datetime) -> int:
    """Delete totals older than two days that are not the last of their hour; return how many."""
    end = now - KEPT_WHOLE
    old = TotalReading.objects.filter(at__lt=end, at__gte=end - LOOKED_AT)
    rows = old.order_by("workspace_id", "at").values_list("workspace_id", "at")
    deleted = 0
    for workspace_id, of_workspace in groupby(rows, key=lambda row: row[0]):
        times = list(_not_last_of_hour(at for _, at in of_workspace))
        doomed = TotalReading.objects.filter(workspace_id=workspace_id, at__in=times)
        deleted += doomed.delete()[0]
    return deleted


def _not_last_of_hour(times: Iterator[datetime]) -> Iterator[datetime]:
    for at, following in pairwise(times):
        if at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) > following:
            yield at
