"""Waking a worker. It may be lost: the schedule comes by within seconds."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

RING_SECONDS = 30


def ring(pk: int) -> None:
    """Wake a worker for the next step of a report."""
    try:
        current_app.send_task("usage.tasks.advance_report", kwargs={"pk": pk}, expires=RING_SECONDS)
    except OperationalError:
        logger.warning("no broker to ring")
