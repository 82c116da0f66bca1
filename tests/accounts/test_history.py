from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.history import MOST_POINTS, thinned
from accounts.models import TotalReading
from accounts.services.thinning import thin_totals

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
