"""Doors for the worker. Running one twice changes nothing: the claim is taken in the table."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from log_search.doorbell import ring
from log_search.services import advancing, claims, forgetting

PAGES_AT_ONCE = 10
"""Then others have their turn."""
LONGEST = 600
"""Seconds: every page may take its time."""


@shared_task
def advance_searches() -> None:
    """Ring for every search whose next page is due."""
    for pk in claims.due(timezone.now()):
        ring(pk)


@shared_task(time_limit=LONGEST)
def advance_search(*, pk: str) -> None:
    """Fetch the next pages of a search, until one has to be waited for."""
    for _ in range(PAGES_AT_ONCE):
        if not advancing.advance(UUID(pk)):
            return
    ring(UUID(pk))


@shared_task
def forget_searches() -> None:
    """Remove what was found and is kept no longer."""
    forgetting.forget()
