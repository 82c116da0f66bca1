"""Waking a worker. The table is the queue: a ring that nobody hears costs a few seconds."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

SEND = "operations.tasks.send"
RING_SECONDS = 30


def ring() -> None:
    """Tell a worker that something is ready to be sent. It may be lost, repeated or late."""
    try:
        current_app.send_task(SEND, expires=RING_SECONDS)
    except OperationalError:
        logger.warning("no broker to ring")
