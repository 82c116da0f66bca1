"""Events that are older than 13 months are removed, in batches, and nothing else is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.celery import app
from remote_events.models import RemoteEvent
from remote_events.services import pruning
from usage.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(workspace):
    def make(number, days):
        at = timezone.now() - timedelta(days=days)
        RemoteEvent.objects.bulk_create(
            RemoteEvent(workspace=workspace, remote_id=f"{days}-{n}", at=at) for n in range(number)
        )

    return make


def test_old_events_go_in_batches_and_young_ones_stay(
    events, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(pruning, "BATCH", 2)
    events(5, 397)
    events(3, 395)
    with django_assert_max_num_queries(10):
        assert pruning.forget_old(timezone.now()) == 5
    assert RemoteEvent.objects.count() == 3


def test_one_go_has_an_end_and_the_next_goes_on(events, monkeypatch):
    monkeypatch.setattr(pruning, "BATCH", 2)
    monkeypatch.setattr(pruning, "MOST", 2)
    events(5, 400)
    assert [pruning.forget_old(timezone.now()) for _ in range(2)] == [4, 1]


def test_schedule_removes_events_and_leaves_reports(events, workspace, owner):
    from accounts.models import Account

    long_ago = timezone.now() - timedelta(days=900)
    primary = Account.objects.create(
        workspace=workspace, api_key="abcd1234", is_primary=True, shares_balance=False,
        first_seen_at=long_ago,
    )  # fmt: skip
    Report.objects.create(
        workspace=workspace, asked_by=owner, asked_at=long_ago, form_token="x", product="SMS",
        account=primary, starts_at=long_ago, ends_at=timezone.now(), state="expired",
        finished_at=long_ago,
    )  # fmt: skip
    events(1, 500)
    planned = {each["task"] for each in app.conf.beat_schedule.values()}
    task = "remote_events.tasks.forget_old_events"
    assert task in planned
    app.loader.import_default_modules()
    app.tasks[task]()
    assert not RemoteEvent.objects.exists()
    assert Report.objects.count() == 1
