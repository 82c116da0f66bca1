from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.history import chart_of_account, chart_of_workspace
from accounts.models import Account, Reading, TotalReading
from accounts.services.thinning import thin_totals
from money.units import to_units
from ui.chart import MOST_POINTS

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_old_totals_are_thinned_to_the_last_of_each_hour(workspace):
    now = timezone.now().replace(minute=30, second=0, microsecond=0)
    old = (now - timedelta(days=3)).replace(minute=0)
    times = [old + timedelta(minutes=minute) for minute in (0, 20, 59, 60, 90, 125)]
    recent = [now - timedelta(minutes=minute) for minute in (1, 2, 3)]
    for at in times + recent:
        TotalReading.objects.create(workspace=workspace, at=at, balance=1)
    assert thin_totals(now) == 3
    assert set(TotalReading.objects.values_list("at", flat=True)) == {
        times[2],
        times[4],
        times[5],
        *recent,
    }
    assert thin_totals(now) == 0


@pytest.fixture
def account(workspace):
    return Account.objects.create(
        workspace=workspace,
        api_key="a",
        listing_key="a\ta",
        shares_balance=False,
        first_seen_at=START,
    )


def store(account, *readings) -> None:
    for at, balance in readings:
        Reading.objects.create(account=account, at=at, balance=balance)


@pytest.mark.django_db
def test_chart_begins_with_the_balance_that_held_then(account):
    now = START + timedelta(days=60)
    store(account, (START, 100), (now - timedelta(hours=1), 5))
    chart = chart_of_account(account, now=now)
    assert [(at, units) for at, units, _ in chart.points] == [
        ((now - timedelta(days=30)).timestamp(), to_units(Decimal(100))),
        ((now - timedelta(hours=1)).timestamp(), to_units(Decimal(5))),
    ]


@pytest.mark.django_db
def test_chart_of_a_busy_account_is_picked_in_the_database(account, django_assert_num_queries):
    now = START + timedelta(days=10)
    Reading.objects.bulk_create(
        Reading(account=account, at=now - timedelta(seconds=30 * index), balance=index)
        for index in range(5_000)
    )
    with django_assert_num_queries(1):
        chart = chart_of_account(account, now=now)
    assert 100 < len(chart.points) <= MOST_POINTS
    assert chart.points[-1][:2] == (now.timestamp(), 0)


@pytest.mark.django_db
@pytest.mark.parametrize("days", [1, 12, 30, 90])
def test_chart_never_has_too_many_points(account, days):
    now = START + timedelta(days=days, seconds=7)
    step = timedelta(days=days) / 3_000
    Reading.objects.bulk_create(
        Reading(account=account, at=START + step * index, balance=index) for index in range(3_000)
    )
    points = chart_of_account(account, now=now).points
    assert 600 < len(points) <= MOST_POINTS
    assert points == sorted(points)
    assert points[-1][1] == to_units(Decimal(2_999))


@pytest.mark.django_db
def test_chart_of_a_workspace_begins_with_its_first_total(workspace):
    now = timezone.now()
    TotalReading.objects.create(workspace=workspace, at=now, balance=3, credit_limit=-1)
    chart = chart_of_workspace(workspace, now=now)
    assert [(units, limit) for _, units, limit in chart.points] == [
        (to_units(Decimal(3)), to_units(Decimal(-1)))
    ]


@pytest.mark.django_db
def test_young_account_is_drawn_reading_by_reading(account):
    now = START + timedelta(minutes=10)
    store(account, *((START + timedelta(seconds=10 * index), index) for index in range(60)))
    assert len(chart_of_account(account, now=now).points) == 60


@pytest.mark.django_db
def test_account_on_the_shared_balance_has_no_chart(account):
    account.shares_balance = True
    assert chart_of_account(account, now=START) is None
