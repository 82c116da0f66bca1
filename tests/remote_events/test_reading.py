"""Vonage's audit, read page by page from a Vonage that misbehaves."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import Account, Connection
from remote_events.models import EventFeed, RemoteEvent
from remote_events.services import claims, reading
from remote_events.tasks import read_due_events
from simulator.faults import Rule

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/beta/audit/events"
State = EventFeed.State


def test_events_are_kept_as_sent_and_once(round_of, happen, sub, primary, workspace):
    happen(
        "APP_CREATE", sub.api_key, name="Reminders", api_secret="Very0Secret", size=Decimal("1.5")
    )
    happen("ACCOUNT_SECRET_CREATE", person=None)
    feed = round_of()
    assert (feed.state, feed.fault, feed.claim) == (State.WORKING, "", None)
    assert feed.read_to
    assert feed.window_from is None
    app, secret = RemoteEvent.objects.order_by("type").reverse()
    assert app.account == sub
    assert secret.account == primary
    assert (app.person, app.address, app.source) == ("mara@tessarine.example", "192.0.2.44", "CD")
    assert (secret.person, secret.source_description) == ("", "Developer API")
    assert app.context == '{"name": "Reminders", "api_secret": "left out", "size": "1.5"}'
    round_of()
    assert RemoteEvent.objects.count() == 2


def test_starts_a_limited_time_back_and_takes_what_is_listed_late(round_of, happen):
    happen(minutes=31 * 24 * 60)
    happen(minutes=29 * 24 * 60)
    feed = round_of()
    assert RemoteEvent.objects.count() == 1
    happen("APP_UPDATE", minutes=50)
    again = round_of()
    assert again.read_to > feed.read_to
    assert RemoteEvent.objects.filter(type="APP_UPDATE").exists()


def test_many_pages_are_read_over_several_rounds(round_of, happen, monkeypatch):
    for number in range(230):
        happen(minutes=10 + number)
    monkeypatch.setattr(reading, "PAGES", 2)
    feed = round_of()
    assert (feed.next_page, feed.read_to) == (3, None)
    assert feed.due_at <= timezone.now()
    happen("APP_DELETE", minutes=15)  # listed late: the pages shift by one
    feed = round_of()
    assert feed.next_page == 1
    assert feed.read_to
    round_of()
    assert RemoteEvent.objects.count() == 231


def test_what_was_read_before_a_fault_stays_and_the_rest_follows(
    round_of, happen, vonage, monkeypatch
):
    for number in range(150):
        happen(minutes=10 + number)
    vonage.faults.add(Rule("garbage", "GET", PATH, nth=2, times=9))
    feed = round_of()
    assert RemoteEvent.objects.count() == 100
    assert (feed.state, feed.next_page, feed.failures) == (State.FAILED, 2, 1)
    assert feed.fault
    assert feed.tried_at
    vonage.faults.mend()
    feed = round_of()
    assert (feed.state, feed.fault, feed.failures) == (State.WORKING, "", 0)
    assert RemoteEvent.objects.count() == 150


@pytest.mark.parametrize(
    ("fault", "state", "least"),
    [
        ("refused", State.NOT_ENABLED, timedelta(hours=23)),
        ("429-bare", State.FAILED, timedelta(seconds=55)),
        ("list-500", State.FAILED, timedelta(minutes=1.9)),
        ("list-missing-key", State.FAILED, timedelta(minutes=1.9)),
        ("bomb", State.FAILED, timedelta(minutes=1.9)),
    ],
)
def test_fault_is_a_state_with_its_reason_and_a_pause(
    round_of, happen, vonage, fault, state, least
):
    happen()
    vonage.faults.add(Rule(fault, "GET", PATH, times=20))
    feed = round_of()
    assert feed.state == state
    assert feed.fault
    assert vonage.api_secret not in feed.fault
    assert feed.due_at >= timezone.now() + least
    assert feed.read_to is None
    asked = sum(vonage.faults.struck.values())
    read_due_events()
    assert sum(vonage.faults.struck.values()) == asked, "it is not asked again before"
    vonage.faults.mend()
    assert round_of().state == State.WORKING
    assert RemoteEvent.objects.count() == 1


def test_wait_that_vonage_asks_for_is_kept(round_of, happen, vonage):
    vonage.faults.add(Rule("429-ages", "GET", PATH))
    feed = round_of()
    assert feed.state == State.FAILED
    assert feed.due_at >= timezone.now() + timedelta(minutes=59)


def test_account_that_appears_later_gets_its_events(round_of, happen, vonage, read, workspace):
    key = vonage.subaccount("Quay Café")
    happen("NUMBER_UPDATED", key)
    round_of()
    assert RemoteEvent.objects.get().account is None
    read()
    round_of()
    assert RemoteEvent.objects.get().account == Account.objects.get(api_key=key)


def test_two_workers_read_once(harbour, happen, workspace, vonage):
    happen()
    begin, results = threading.Barrier(2), []

    def work():
        try:
            begin.wait(5)
            claim = claims.take(workspace.pk, timezone.now())
            results.append(bool(claim))
            if claim:
                reading.run(claim)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == [False, True]
    assert RemoteEvent.objects.count() == 1


def test_who_lost_the_claim_writes_nothing(harbour, happen, workspace):
    happen()
    now = timezone.now()
    slow = claims.take(workspace.pk, now)
    quick = claims.take(workspace.pk, now + claims.LONGEST)
    assert not reading.run(slow)
    assert RemoteEvent.objects.count() == 0
    assert reading.run(quick)
    assert RemoteEvent.objects.count() == 1


def test_only_connections_that_work_are_read(harbour, workspace, connection):
    assert claims.due(timezone.now()) == [workspace.pk]
    Connection.objects.update(state=Connection.State.REFUSED)
    assert claims.due(timezone.now()) == []
