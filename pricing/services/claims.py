"""Who may read the prices of a workspace right now: one process, by conditional update."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from pricing.models import PriceBook, PriceList
from teams.models import Workspace

LONGEST = timedelta(seconds=200)
"""Longer than the slowest reading of all products; the worker ends its tasks before."""
BETWEEN_ATTEMPTS = timedelta(seconds=30)
"""How soon after an attempt a person may ask for the next."""
REMEMBERED = timedelta(days=30)
"""So long after somebody looked, prices that were never read are read by themselves."""


@dataclass(frozen=True)
class Claim:
    """The right to read the prices of a workspace, until it runs out. Writes are bound to it."""

    workspace_id: int
    id: uuid.UUID


class LostClaimError(Exception):
    """The claim ran out and somebody else reads now; nothing was written."""


def note_look(workspace_id: int) -> None:
    """Remember that somebody looked at the prices.

    In the cache, because looking changes nothing; where it is lost, the page offers to read them.
    """
    cache.set(_looked(workspace_id), 1, REMEMBERED.total_seconds())


def due(now: datetime) -> list[int]:
    """Return the workspaces whose prices are to be read and are read by nobody.

    Those that were read before, whenever a day is over; others where somebody looked.
    """
    read = PriceList.objects.filter(workspace=OuterRef("pk"), read_at__isnull=False)
    connected = Workspace.objects.filter(connection__isnull=False).annotate(read=Exists(read))
    free = Q(price_book=None) | _free(now, "price_book__") & Q(price_book__due_at__lte=now)
    waiting = dict(connected.filter(free).order_by("pk").values_list("pk", "read"))
    looked = cache.get_many([_looked(pk) for pk, read in waiting.items() if not read])
    return [pk for pk, read in waiting.items() if read or _looked(pk) in looked]


def request(workspace_id: int, now: datetime) -> bool:
    """Make the prices of a workspace due now.

    False where they are being read, were just tried, or where Vonage asked us to wait.
    """
    PriceBook.objects.get_or_create(workspace_id=workspace_id, defaults={"due_at": now})
    rested = Q(tried_at=None) | Q(tried_at__lte=now - BETWEEN_ATTEMPTS)
    allowed = Q(rests_until=None) | Q(rests_until__lte=now)
    waiting = PriceBook.objects.filter(_free(now), rested, allowed, workspace=workspace_id)
    return bool(waiting.update(due_at=now))


def take(workspace_id: int, now: datetime) -> Claim | None:
    """Claim the prices that are due, or return None where they are not or somebody has them."""
    PriceBook.objects.get_or_create(workspace_id=workspace_id, defaults={"due_at": now})
    claim = Claim(workspace_id, uuid.uuid4())
    books = PriceBook.objects.filter(_free(now), workspace=workspace_id, due_at__lte=now)
    taken = books.update(claim=claim.id, claimed_until=now + LONGEST)
    return claim if taken else None


def hold(claim: Claim) -> None:
    """Keep others out until the transaction ends; raise `LostClaimError` where one is in."""
    if not _of(claim).update(claim=claim.id):
        raise LostClaimError


def release(claim: Claim, **values: object) -> None:
    """End the claim and write `values` on the book; raise `LostClaimError` where it ran out."""
    if not _of(claim).update(claim=None, claimed_until=None, **values):
        raise LostClaimError


def _of(claim: Claim) -> "QuerySet[PriceBook]":
    return PriceBook.objects.filter(workspace=claim.workspace_id, claim=claim.id)


def _free(now: datetime, path: str = "") -> Q:
    none, over = {f"{path}claimed_until": None}, {f"{path}claimed_until__lte": now}
    return Q(**none) | Q(**over)


def _looked(workspace_id: int) -> str:
    return f"prices-looked-at:{workspace_id}"
