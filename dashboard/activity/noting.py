"""Whoever reads the audit book stands in it, too."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.models import Entry
from audit.seldom import record_seldom
from audit.writing import record
from teams.policy import Actor

HOUR = timedelta(hours=1)
MOST_EXPORTS = 20
"""So many files a person may take in an hour; each reads everything there is."""


def note_reading(actor: Actor) -> None:
    """Write down that somebody reads, at most once an hour."""
    record_seldom(
        Event.AUDIT_READ,
        within=HOUR,
        alike={},
        actor=actor.seen_by or actor.user,
        workspace=actor.workspace,
    )


def may_export_again(actor: Actor) -> bool:
    """Return whether the person has not taken too many files in the last hour."""
    made = Entry.objects.of(actor.workspace).by(actor.user).named([Event.EXPORT_MADE])
    return bool(made.between(timezone.now() - HOUR, None).count() < MOST_EXPORTS)


@transaction.atomic
def note_export(actor: Actor, *, form: str, narrowed_by: dict[str, str]) -> None:
    """Write down that somebody takes the activity along, and which part of it."""
    record(
        Event.EXPORT_MADE,
        actor=actor.user,
        workspace=actor.workspace,
        new={"what": "activity", "format": form, **narrowed_by},
    )
