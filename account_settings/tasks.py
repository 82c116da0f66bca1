"""Doors for the worker. Running one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from account_settings.services import reading
from operations.at_most import at_most


@shared_task
@at_most(1)
def read_followers() -> None:
    """Read the settings of accounts that follow a template, the oldest first."""
    reading.read_due(timezone.now())
