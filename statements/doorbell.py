"""Wakes a worker."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_SECONDS = 60


def ring() -> None:
    """Wake a worker for what is to be made. It may be lost: the schedule comes by in a minute."""
    try:
        current_app.send_task("statements.tasks.make_statements", expires=_SECONDS)
    except OperationalError:
        logger.warning("no broker to ring")
