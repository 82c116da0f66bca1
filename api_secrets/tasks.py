"""Doors for the worker. Running one twice changes nothing."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from api_secrets.services import ageing, keeping, rotating, typing
from operations.at_most import at_most
from subaccounts import new_secrets

logger = logging.getLogger(__name__)

RING_SECONDS = 30
A_DAY = timedelta(days=1)


@shared_task
@at_most(1)
def advance_rotations() -> None:
    """Take the next steps of the rotations that are due."""
    rotating.advance_due(timezone.now())


def ring() -> None:
    """Wake a worker for the next steps. It may be lost: the schedule comes by within seconds."""
    try:
        advance_rotations.apply_async(expires=RING_SECONDS)
    except OperationalError:
        logger.warning("no broker to ring")


@shared_task
@at_most(1)
def read_lists() -> None:
    """Read the lists of API secrets that were not read for a day, the oldest first."""
    keeping.read_due(timezone.now())


@shared_task
@at_most(1)
def look_after_age() -> None:
    """Tell of secrets that should be replaced, and forget those that Vonage never took."""
    ageing.tell_due(timezone.now())
    ageing.warn(timezone.now())
    new_secrets.forget_refused(timezone.now() - A_DAY)
    typing.forget(timezone.now() - A_DAY)
