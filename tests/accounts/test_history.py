from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.history import MOST_POINTS, chart_of_account, thinned
from accounts.models import Account, Reading, TotalReading
from accounts.services.thinning import thin_totals
from money.units import to_units

START = datetime(2026, 1, 1, tzinfo=UTC)


def points(number: int) -> list:
    return [(START + timedelta(minutes=index), index, None) for index in range(number)]


@pytest.mark.parametrize("number", [2, MOST_POINTS, MOST_POINTS + 1, 5_000, 43_200])
def test_chart_keeps_first_and_last_and_the_order(number):
    kept = thinned(points(number), MOST_POINTS)
    assert len(kept) == min(number, MOST_POINTS)
    assert (kept[0], kept[-1]) == (points(number)[0], points(number)[-1])
    assert kept == sorted(kept)


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
        (now - timedelta(days=30), to_units(Decimal(100))),
        (now - timedelta(hours=1), to_units(Decimal(5))),
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
    assert len(chart.points) == 43
    assert chart.points[-1][:2] == (now, 0)


@pytest.mark.django_db
def test_young_account_is_drawn_reading_by_reading(account):
    now = START + timedelta(minutes=10)
    store(account, *((START + timedelta(seconds=10 * index), index) for index in range(60)))
    assert len(chart_of_account(account, now=now).points) == 60


@pytest.mark.django_db
def test_account_on_the_shared_balance_has_no_chart(account):
    account.shares_balance = True
    assert chart_of_account(account, now=START) is None
