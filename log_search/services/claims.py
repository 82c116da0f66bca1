"""Who fetches the next page of a search: one process, by conditional update."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from log_search.models import Search

State = Search.State

HELD = timedelta(seconds=90)
"""Longer than any question to Vonage."""
AT_ONCE = 20


@dataclass(frozen=True)
class Claim:
    """The right to fetch the next page, until it runs out. Writes are bound to it."""

    search: Search
    id: uuid.UUID

    def still(self) -> QuerySet[Search]:
        """Return the search, or nothing where it was stopped or somebody else goes on with it."""
        return Search.objects.filter(pk=self.search.pk, claim=self.id, state=State.RUNNING)

    def end(self, **values: object) -> bool:
        """Write the values and give the claim back; False where it was lost: nothing is written."""
        return bool(self.still().update(claim=None, claimed_until=None, **values))

    def finish(self, state: State, fault: str = "", **values: Any) -> bool:
        """End the search: nothing more happens to it by itself. What was found stays."""
        return self.end(
            state=state,
            due_at=None,
            finished_at=timezone.now(),
            failures=0,
            fault=fault,
            place=None,
            places=[],
            **values,
        )


def due(now: datetime) -> list[uuid.UUID]:
    """Return the searches whose next page is due and is fetched by nobody, the oldest first."""
    waiting = Search.objects.filter(_free(now), due_at__lte=now)
    return list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def take(pk: uuid.UUID, now: datetime) -> Claim | None:
    """Claim the next page, or return None where none is due or somebody has it."""
    claim = uuid.uuid4()
    waiting = Search.objects.filter(_free(now), pk=pk, due_at__lte=now, state=State.RUNNING)
    if not waiting.update(claim=claim, claimed_until=now + HELD):
        return None
    related = ("account", "asked_by", "workspace")
    found = Search.objects.select_related(*related).filter(pk=pk, claim=claim).first()
    return Claim(found, claim) if found else None


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lte=now)
