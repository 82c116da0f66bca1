"""Doors for the worker, without arguments: what is to be done stands in the table.

Running one twice, at the same time or not at all changes nothing about what happens at Vonage.
"""

from celery import shared_task
from django.utils import timezone

from operations.at_most import at_most
from operations.services import sending, settling, sweeping, telling


@shared_task
@at_most(2)
def send() -> None:
    """Send what is ready."""
    sending.send_ready()


@shared_task
@at_most(1)
def settle() -> None:
    """Take over what dead processes left, end what is overdue, find out what is unknown."""
    sweeping.sweep(timezone.now())
    sweeping.end_overdue(timezone.now())
    settling.settle_due(timezone.now())
    send()


@shared_task
@at_most(1)
def tell() -> None:
    """Tell people what became of what they asked for."""
    telling.tell_due(timezone.now())
