"""What counted against a budget goes when no budget looks at it any more, and not before."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from dashboard.celery import app
from usage.models import Budget, Spent
from usage.services import guarding, pruning

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def spent(workspace, owner):
    def make(*moments, records=10):
        Spent.objects.bulk_create(
            Spent(workspace=workspace, person=owner, at=at, records=records) for at in moments
        )

    return make


@pytest.mark.parametrize(
    "now", [FIRST, FIRST + 12 * SECOND, datetime(2026, 11, 30, 23, tzinfo=UTC)]
)
def test_months_that_are_over_go_and_the_budget_stays_as_it_is(now, spent, actor, workspace):
    Budget.objects.create(workspace=workspace, per_month=100, per_person=100)
    long_ago = FIRST - pruning.MARGIN - SECOND
    kept = [FIRST - SECOND, FIRST, FIRST + SECOND]
    spent(datetime(2025, 11, 5, tzinfo=UTC), long_ago, *kept)
    with time_machine.travel(now, tick=False):
        before = guarding.budgets(actor)
        assert [each.used for each in before] == [20, 20]
        assert pruning.forget_spent() == 2
        assert guarding.budgets(actor) == before
        assert pruning.forget_spent() == 0
    assert sorted(Spent.objects.values_list("at", flat=True)) == kept


def test_rows_go_in_batches_and_one_go_has_an_end(spent, monkeypatch):
    monkeypatch.setattr(pruning, "BATCH", 2)
    monkeypatch.setattr(pruning, "MOST", 2)
    spent(*(FIRST - timedelta(days=400 + n) for n in range(5)))
    assert [pruning.forget_spent() for _ in range(3)] == [4, 1, 0]


def test_it_is_in_the_schedule(spent):
    task = "usage.tasks.forget_spent_records"
    assert task in {each["task"] for each in app.conf.beat_schedule.values()}
    app.loader.import_default_modules()
    spent(FIRST - timedelta(days=400))
    app.tasks[task]()
    assert not Spent.objects.exists()
