"""Who takes the next step with a report: one process, by conditional update."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from usage.models import Report

State = Report.State

SHORT = timedelta(seconds=150)
"""Longer than any question to Vonage."""
LONG = timedelta(seconds=1_700)
"""Longer than the longest download; the worker ends such tasks before."""
AT_ONCE = 20
_LONG_STEPS = (State.FETCHING, State.READY)


@dataclass(frozen=True)
class Claim:
    """The right to take the next step of a report, until it runs out. Writes are bound to it."""

    report: Report
    id: uuid.UUID

    def still(self, **more: object) -> QuerySet[Report]:
        """Return the report, or nothing where the claim has passed to somebody else."""
        return Report.objects.filter(pk=self.report.pk, claim=self.id, **more)

    def end(self, **values: object) -> bool:
        """Write the values and give the claim back; False where it was lost: nothing is written."""
        return bool(self.still().update(claim=None, claimed_until=None, **values))


def due(now: datetime) -> list[int]:
    """Return the reports whose next step is due and is taken by nobody, the oldest first.

    One download at a time: the worker has other things to do.
    """
    waiting = Report.objects.filter(_free(now), due_at__lte=now)
    if Report.objects.filter(state__in=_LONG_STEPS, claimed_until__gt=now).exists():
        waiting = waiting.exclude(state__in=_LONG_STEPS)
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def take(pk: int, now: datetime) -> Claim | None:
    """Claim the next step, or return None where none is due or somebody has it."""
    claim = uuid.uuid4()
    waiting = Report.objects.filter(_free(now), pk=pk, due_at__lte=now)
    is_long = waiting.filter(state__in=_LONG_STEPS).exists()
    until = now + (LONG if is_long else SHORT)
    if not waiting.update(claim=claim, claimed_until=until):
        return None
    found = Report.objects.select_related("account").filter(pk=pk, claim=claim).first()
    return Claim(found, claim) if found else None


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lte=now)
