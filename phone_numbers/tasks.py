"""Doors for the worker. Running one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from operations.at_most import at_most
from phone_numbers.services import reading


@shared_task
@at_most(1)
def read_lists() -> None:
    """Read the lists of numbers that are older than an hour, the oldest first."""
    reading.read_due(timezone.now())
