"""Who goes first where permits are short: people, then the mirror, then reports."""

import threading
from datetime import timedelta
from time import monotonic

import pytest
from django.db import connections
from django.utils import timezone

from accounts.services import vonage as ways
from operations import wire
from remote_events.services import claims as feeds
from remote_events.services import reading
from tests.operations.conftest import ask, draft, send  # noqa: F401 - fixtures
from usage.models import Report
from usage.services import advancing
from usage.services.steps import PATIENCE
from vonage_api.budget import Family, MemoryBudget, Priority

pytestmark = pytest.mark.django_db(transaction=True)


class Listening(MemoryBudget):
    """Remembers who asked for what."""

    def __init__(self, **more) -> None:
        super().__init__(**more)
        self.asked = set()

    def take(self, *, family, priority, **more):
        self.asked.add((family, priority))
        return super().take(family=family, priority=priority, **more)


@pytest.fixture
def budget(monkeypatch):
    found = Listening(per_second={Family.REPORTS: 300})
    monkeypatch.setattr(ways, "_budget", lambda: found)
    return found


def test_every_step_of_a_report_steps_back(order, follow, budget):
    assert follow(order()).state == "ready"
    assert budget.asked == {(Family.REPORTS, Priority.REPORT)}


def test_lost_order_is_looked_for_behind_people(order, budget):
    report = order()
    past = timezone.now() - timedelta(seconds=30)
    Report.objects.filter(pk=report.pk).update(state="unknown", sent_at=past)
    advancing.advance(report.pk)
    assert budget.asked == {(Family.REPORTS, Priority.REPORT)}


def test_vonage_s_audit_is_read_with_the_mirror_and_operations_first(
    ask,  # noqa: F811 - the fixture
    send,  # noqa: F811 - the fixture
    budget,
    workspace,
):
    assert workspace.pk in feeds.due(timezone.now())
    reading.run(feeds.take(workspace.pk, timezone.now()))
    assert budget.asked == {(Family.AUDIT, Priority.SYNC)}
    budget.asked.clear()
    send(ask())
    assert {priority for _, priority in budget.asked} == {Priority.PERSON}


def test_person_overtakes_a_report_that_waits(order, vonage, monkeypatch, workspace, primary):
    vonage.state.switch(report_seconds=600)
    report = order()
    for _ in range(2):
        advancing.advance(report.pk)
    report.refresh_from_db()
    few = MemoryBudget(per_second={Family.REPORTS: 4})
    monkeypatch.setattr(ways, "_budget", lambda: few)
    through = {}

    def look(who, priority):
        with wire.client(workspace.pk, PATIENCE, priority=priority) as client:
            client.reports.get(report.remote_id)
        through[who] = monotonic()
        connections.close_all()

    waits = threading.Event()
    real = few.take

    def take(*, priority, **more):
        wait = real(priority=priority, **more)
        if wait and priority == Priority.REPORT:
            waits.set()
        return wait

    with wire.client(workspace.pk, PATIENCE) as client:
        for _ in range(2):
            client.reports.get(report.remote_id)
    monkeypatch.setattr(few, "take", take)
    behind = threading.Thread(target=look, args=("report", Priority.REPORT))
    behind.start()
    assert waits.wait(5)
    look("person", Priority.PERSON)
    behind.join(10)
    assert through["person"] < through["report"]
