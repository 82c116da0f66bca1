"""Doors for the worker. Running one twice changes nothing: each run is claimed in the table."""

from celery import shared_task
from django.utils import timezone

from operations.at_most import at_most
from statements.services import remailing, running

LONGEST = 1_600
"""Seconds: tens of thousands of accounts take their time. Shorter than the claim."""


@shared_task(time_limit=LONGEST)
@at_most(1)
def make_statements() -> None:
    """Make the statements that are due by schedule or were asked for, and mail them."""
    running.begin_scheduled(timezone.now())
    running.work(timezone.now())
    remailing.try_again(timezone.now())
