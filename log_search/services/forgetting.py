"""Removing what was found, in batches. What was asked stays a while, to be asked again."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F
from django.utils import timezone

from log_search.models import Page, Search
from usage.models import Keeping

BATCH = 50
"""Pages, or searches, in one statement."""
ASKED_KEPT = timedelta(days=30)
"""So long the searches themselves stay; then their addresses lead nowhere."""


def forget() -> int:
    """Remove what is kept no longer; return how many searches lost what they had found."""
    now, number = timezone.now(), 0
    _shorten()
    while over := list(Search.objects.filter(kept_until__lte=now)[:BATCH]):
        for search in over:
            _expire(search)
        number += len(over)
    while old := list(_asked_before(now - ASKED_KEPT)[:BATCH]):
        Search.objects.filter(pk__in=old).delete()
    return number


def _shorten() -> None:
    """Let a time that was set meanwhile count for what is here already, where it is shorter."""
    for kept in Keeping.objects.all():
        hours = timedelta(hours=kept.log_hours)
        until = ExpressionWrapper(F("asked_at") + hours, output_field=DateTimeField())
        here = Search.objects.filter(workspace=kept.workspace_id, kept_until__gt=until)
        here.update(kept_until=until)


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
