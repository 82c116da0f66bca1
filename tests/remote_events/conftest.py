"""The outbox's scene, and a Vonage whose audit is empty until a test says otherwise."""

from datetime import timedelta

import pytest
from django.utils import timezone

from simulator import audit
from simulator.records import Event
from tests.operations.conftest import (  # noqa: F401 - fixtures
    harbour,
    later,
    primary,
    send,
    sub,
    times,
)


@pytest.fixture(autouse=True)
def no_events(vonage):
    """Let nothing have happened that the test did not do."""
    events = vonage.state.store.events
    with vonage.state.change("no events") as draft:
        for event_id in list(events.rows):
            draft.put(events, event_id, None)


@pytest.fixture
def happen(vonage):
    """Let something happen at Vonage, so many minutes ago; return its id there."""
    state = vonage.state

    def make(
        kind="APP_CREATE", account=None, *, minutes=5, person="mara@tessarine.example", **context
    ):
        number = len(state.store.events.rows)
        made = Event(
            id=f"00000000-0000-4000-8000-{number:012}",
            type=kind,
            created_at=(timezone.now() - timedelta(minutes=minutes)).replace(microsecond=0),
            account_id=account or vonage.api_key,
            ip="192.0.2.44",
            context=context,
            user_email=person,
            user_id=7 if person else None,
        )
        assert kind in audit.TYPES
        with state.change("something happens") as draft:
            draft.put(state.store.events, made.id, made)
        return made.id

    return make


@pytest.fixture
def round_of(harbour, workspace):  # noqa: F811 - the fixture
    """Read a round of the audit, due or not; return the feed afterwards."""
    from remote_events.models import EventFeed
    from remote_events.services import claims, reading

    def run():
        EventFeed.objects.filter(pk=workspace.pk).update(due_at=timezone.now())
        claim = claims.take(workspace.pk, timezone.now())
        assert claim is not None
        reading.run(claim)
        return EventFeed.objects.get(pk=workspace.pk)

    return run
