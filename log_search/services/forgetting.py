"""Removing what was found, in batches. What was asked stays a while, to be asked again."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from log_search.models import Page, Search

BATCH = 50
"""Pages, or searches, in one statement."""
ASKED_KEPT = timedelta(days=30)
"""So long the searches themselves stay; then their addresses lead nowhere."""


def forget() -> int:
    """Remove what is kept no longer; return how many searches lost what they had found."""
    now, number = timezone.now(), 0
    while over := list(Search.objects.filter(kept_until__lte=now)[:BATCH]):
        for search in over:
            _expire(search)
        number += len(over)
    while old := list(_asked_before(now - ASKED_KEPT)[:BATCH]):
        Search.objects.filter(pk__in=old).delete()
    return number


def _expire(search: Search) -> None:
    """End the search first, so that no page comes after those that are removed."""
    Search.objects.filter(pk=search.pk).update(
        state=Search.State.EXPIRED,
        due_at=None,
        claim=None,
        claimed_until=None,
        place=None,
        places=[],
        fault="",
    )
    rows = Page.objects.filter(search=search)
    while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
        Page.objects.filter(pk__in=batch).delete()
    Search.objects.filter(pk=search.pk).update(kept_until=None)


def _asked_before(moment: datetime) -> Any:
    rows = Search.objects.filter(asked_at__lt=moment, kept_until=None)
    return rows.values_list("pk", flat=True)
