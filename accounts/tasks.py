"""Doors for the worker. Running one twice changes nothing: the claim is taken in the table."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.services import sync
from accounts.services.stocktaking import take_stock
from accounts.services.thinning import thin_totals

logger = logging.getLogger(__name__)

RING_SECONDS = 60
"""A ring that nobody heard for so long is forgotten; the tick rings again."""


@shared_task
def sync_due_workspaces() -> None:
    """Ring for every workspace whose reading is due."""
    for workspace_id in sync.due(timezone.now()):
        ring(workspace_id)


@shared_task
def sync_workspace(*, workspace_id: int) -> None:
    """Read one workspace from Vonage, unless it is not due or somebody does already."""
    claim = sync.take(workspace_id, timezone.now())
    if claim:
        sync.run(claim)


@shared_task
def thin_history() -> None:
    """Keep the totals of old days small."""
    thin_totals(timezone.now())


@shared_task
def note_what_members_see() -> None:
    """Keep what the accounts of each member have together."""
    take_stock(timezone.now())


def ring(workspace_id: int) -> bool:
    """Wake a worker for the workspace; False where the broker is gone (the tick comes later)."""
    try:
        sync_workspace.apply_async(kwargs={"workspace_id": workspace_id}, expires=RING_SECONDS)
    except OperationalError:
        logger.warning("no broker to ring", extra={"workspace_id": workspace_id})
        return False
    return True
