"""Waking a worker. It may be lost: the schedule comes by within seconds."""

import logging
from uuid import UUID

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

RING_SECONDS = 30


def ring(pk: UUID) -> None:
    """Wake a worker for the next pages of a search."""
    try:
        current_app.send_task(
            "log_search.tasks.advance_search", kwargs={"pk": str(pk)}, expires=RING_SECONDS
        )
    except OperationalError:
        logger.warning("no broker to ring")
