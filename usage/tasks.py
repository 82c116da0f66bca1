"""Doors for the worker. Running one twice changes nothing: the claim is taken in the table."""

from celery import shared_task
from django.utils import timezone

from usage.doorbell import ring
from usage.services import advancing, claims

LONGEST = 1_600
"""Seconds: a download takes its time. Shorter than the claim."""


@shared_task
def advance_reports() -> None:
    """Ring for every report whose next step is due."""
    for pk in claims.due(timezone.now()):
        ring(pk)


@shared_task(time_limit=LONGEST)
def advance_report(*, pk: int) -> None:
    """Take the next steps of a report, until one has to be waited for."""
    while advancing.advance(pk):
        pass


@shared_task
def forget_report_files() -> None:
    """Remove the files whose time is over."""
    advancing.forget_files()
