"""A door for the worker. Running it twice changes nothing: the claim is taken in the table."""

from celery import shared_task
from django.utils import timezone

from operations.at_most import at_most
from remote_events.services import claims, pruning, reading


@shared_task
@at_most(1)
def read_due_events() -> None:
    """Read some pages of Vonage's audit for each workspace that is due, one after the other."""
    for workspace_id in claims.due(timezone.now()):
        claim = claims.take(workspace_id, timezone.now())
        if claim:
            reading.run(claim)


@shared_task
@at_most(1)
def forget_old_events() -> None:
    """Remove the events of Vonage's audit that are older than 13 months."""
    pruning.forget_old(timezone.now())
