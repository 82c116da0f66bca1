"""A door for the worker. Running it twice changes nothing: what is told stands in a table."""

from celery import shared_task
from django.utils import timezone

from operations.at_most import at_most
from teams.door.later import at_once
from topups import alarming
from topups.services import reading, watching


@shared_task
@at_most(1)
def watch() -> None:
    """Read what is due and notice where auto-reload stays away."""
    with at_once():
        reading.read_due(timezone.now())
        watching.watch(timezone.now())
    alarming.publish_all()
