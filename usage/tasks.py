"""Doors for the worker. Running one twice changes nothing: the claim is taken in the table."""

from celery import shared_task
from django.utils import timezone

from operations.at_most import at_most
from usage.doorbell import ring
from usage.services import advancing, claims, daily, pruning

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


@shared_task
@at_most(1)
def forget_spent_records() -> None:
    """Remove what counted against the budgets of months that are over."""
    pruning.forget_spent()


@shared_task
@at_most(1)
def order_daily_reports() -> None:
    """Order what is ordered every day, where its time has come."""
    daily.run_due(timezone.now())
