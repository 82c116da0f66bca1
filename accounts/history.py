"""Readings as charts show them."""

from datetime import datetime, timedelta

from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet

from accounts.models import Account, Reading, TotalReading
from teams.models import Workspace
from ui.chart import Chart

CHART = timedelta(days=30)
MOST_POINTS = 720

Point = tuple[datetime, int, int | None]


def chart_of_account(account: Account, *, now: datetime) -> Chart | None:
    """Return the last 30 days of an account's balance, or None where there is no line to draw."""
    readings = Reading.objects.filter(account=account, at__gte=now - CHART)
    return _chart(f"Balance of {account}", _points(readings), now=now)


def chart_of_workspace(workspace: Workspace, *, now: datetime) -> Chart | None:
    """Return the last 30 days of the total balance, or None as above."""
    readings = TotalReading.objects.filter(workspace=workspace, at__gte=now - CHART)
    return _chart("Total balance", _points(readings), now=now)


def _points(readings: QuerySet[Reading] | QuerySet[TotalReading]) -> list[Point]:
    as_is = [
        ExpressionWrapper(F(name), output_field=BigIntegerField())
        for name in ("balance", "credit_limit")
    ]
    return list(readings.order_by("at").values_list("at", *as_is))


def _chart(title: str, points: list[Point], *, now: datetime) -> Chart | None:
    if len(points) < 2:  # noqa: PLR2004 - two points make a line
        return None
    return Chart(title=title, points=thinned(points, MOST_POINTS), until=now)


def thinned(points: list[Point], most: int) -> list[Point]:
    """Return at most `most` points: the last of each of as many equal spans of time.

    A balance holds until the next reading, so the last of a span is what it ended with; the very
    first and last readings are always kept.
    """
    if len(points) <= most:
        return points
    start, spans = points[0][0], most - 1
    whole = points[-1][0] - start
    last_of_each = {
        min(int((point[0] - start) / whole * spans), spans - 1): point for point in points[1:]
    }
    return [points[0], *last_of_each.values()]
