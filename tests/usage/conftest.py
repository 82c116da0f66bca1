"""The outbox's scene, and a Vonage that makes reports at once."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.services import vonage as ways
from tests.operations.conftest import (  # noqa: F401 - fixtures
    harbour,
    later,
    primary,
    sub,
    times,
)
from usage.models import Report
from usage.personal import Eyes
from usage.services import advancing, ordering
from usage.wanted import Wanted
from vonage_api.budget import Family, MemoryBudget


@pytest.fixture(autouse=True)
def quick(monkeypatch, vonage, settings, tmp_path):
    """Let nobody wait, and let files lie where they can be seen."""
    plenty = {Family.REPORTS: 300}
    monkeypatch.setattr(ways, "_budget", lambda: MemoryBudget(per_second=plenty))
    settings.REPORTS_FOLDER = tmp_path / "reports"
    vonage.state.switch(report_seconds=0)


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    """Which reports a worker was woken for."""
    rung = []
    monkeypatch.setattr("usage.services.ordering.ring", rung.append)
    return rung


def day(ago: int) -> datetime:
    """Return the beginning of a day of UTC that is so many days over."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(ago)


@pytest.fixture
def wanted(sub):  # noqa: F811 - the fixture
    """What is wanted of the subaccount, unless said otherwise: two days of SMS."""

    def make(**more):
        given = {"product": "SMS", "direction": "outbound", "account": sub}
        given |= {"with_subaccounts": False, "starts_at": day(3), "ends_at": day(1)}
        return Wanted(**{**given, **more})

    return make


@pytest.fixture
def order(actor, wanted):
    """Order a report and return it, not sent yet."""

    def make(token="a form", *, by=actor, **more):
        return ordering.order(by, wanted(**more), token=token)

    return make


@pytest.fixture
def follow():
    """Take all steps of a report that are due by now, whatever it waits for, and return it."""

    def run(report, steps=20):
        for _ in range(steps):
            Report.objects.filter(pk=report.pk, due_at__isnull=False).update(due_at=timezone.now())
            if not advancing.advance(report.pk):
                break
        report.refresh_from_db()
        return report

    return run


@pytest.fixture
def at_vonage(vonage):
    """Return the reports that Vonage was asked for."""
    return lambda: vonage.state.store.all(vonage.state.store.reports)


@pytest.fixture(autouse=True)
def aged(harbour, vonage):  # noqa: F811 - the fixture
    """Let the subaccount be old enough to have records."""
    accounts = vonage.state.store.accounts
    with vonage.state.change("age") as draft:
        long_ago = replace(accounts.rows[harbour], created_at=day(900))
        draft.put(accounts, harbour, long_ago)


@pytest.fixture
def sender():
    """What the product's worker does, on a thread."""
    from django.db import connections

    from usage.services import claims

    over = threading.Event()

    def work() -> None:
        while not over.wait(0.1):
            for pk in claims.due(timezone.now()):
                advancing.advance(pk)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(30)


def all_of(report) -> Eyes:
    """Return the eyes of somebody who may read everything."""
    return Eyes(report.product, personal=True, cost=True)
