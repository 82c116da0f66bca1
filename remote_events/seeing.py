"""What of Vonage's audit a person may read. Every query starts at the actor.

With `audit.all`, everything. With `audit.view`, what was done to the accounts on which it is held:
nothing about Vonage's users, and nothing of accounts that the mirror does not know.
"""

from typing import Any

from accounts import activity
from accounts.models import Account
from remote_events.models import EventFeed, RemoteEvent
from teams.capabilities import Capability
from teams.policy import Actor

ABOUT_PEOPLE = "USER_"
"""So begin the types of events about Vonage's users."""
SOMEBODY = "Somebody at Vonage"


def events_for(actor: Actor) -> Any:
    """Return the events of the workspace that the person may read."""
    events = RemoteEvent.objects.filter(workspace=actor.workspace)
    if activity.sees_all(actor):
        return events
    visible = Account.objects.visible_to(actor, Capability.AUDIT_VIEW)
    about = events.exclude(type__startswith=ABOUT_PEOPLE)
    return about.filter(account__in=visible.values("pk"))


def who_did(event: RemoteEvent, reader: Actor) -> str:
    """Return who acted by Vonage's word: a user of its dashboard, or what it says of the API."""
    if not event.person:
        return event.where or "Vonage"
    return event.person if activity.sees_names(reader) else SOMEBODY


def address_of(event: RemoteEvent, reader: Actor) -> str:
    """Return the address that the act came from, for those who see everything."""
    return event.address if activity.sees_all(reader) else ""


def context_of(event: RemoteEvent, reader: Actor) -> str:
    """Return what else Vonage says; people's names may stand in it, so it goes with these."""
    return event.context if activity.sees_names(reader) else ""


def feed_of(actor: Actor) -> EventFeed:
    """Return how far the copy reaches; one that waits where nothing was read yet."""
    found = EventFeed.objects.filter(workspace=actor.workspace).first()
    return found or EventFeed(workspace=actor.workspace)
