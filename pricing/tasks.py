"""Doors for the worker. Running one twice changes nothing: the claim is taken in the table."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from pricing.services import claims, reading

logger = logging.getLogger(__name__)

RING_SECONDS = 120
"""A ring that nobody heard for so long is forgotten; the tick rings again."""


@shared_task
def read_due_prices() -> None:
    """Ring for every workspace whose prices are due."""
    for workspace_id in claims.due(timezone.now()):
        ring(workspace_id)


@shared_task
def read_prices(*, workspace_id: int) -> None:
    """Read the prices of one workspace, unless they are not due or somebody does already."""
    claim = claims.take(workspace_id, timezone.now())
    if claim:
        reading.run(claim)


def ring(workspace_id: int) -> bool:
    """Wake a worker for the workspace; False where the broker is gone (the tick comes later)."""
    try:
        read_prices.apply_async(kwargs={"workspace_id": workspace_id}, expires=RING_SECONDS)
    except OperationalError:
        logger.warning("no broker to ring", extra={"workspace_id": workspace_id})
        return False
    return True
