"""Doors for the worker. Running one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from operations.at_most import at_most
from subaccounts.services import books


@shared_task
@at_most(1)
def audit_books() -> None:
    """Hold the transfers of every workspace that is due against what was asked for."""
    books.audit_due(timezone.now())
