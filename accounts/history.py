"""Readings as charts show them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    DateTimeField,
    ExpressionWrapper,
    F,
    Max,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Substr

from accounts.models import Account, Reading, TotalReading
from teams.models import Workspace
from ui.chart import Chart

CHART = timedelta(days=30)
MOST_POINTS = 720

Point = tuple[datetime, int, int | None]

# How much of a time as text (2026-11-23 19:05:31) tells one span of a chart from the next: what is
# younger is drawn more finely, and nothing is drawn of more than a few thousand points.
_SPANS = (
    (timedelta(hours=2), len("2026-11-23 19:05:31")),
    (timedelta(days=2), len("2026-11-23 19:05")),
    (timedelta.max, len("2026-11-23 19")),
)


def chart_of_account(account: Account, *, now: datetime) -> Chart | None:
    """Return the last 30 days of an account's balance, or None where it has none of its own."""
    if account.shares_balance:
        return None
    readings = Reading.objects.filter(account=account)
    points = _points(readings, known_since=account.first_seen_at, now=now)
    return _chart(f"Balance of {account}", points, now=now)


def chart_of_workspace(workspace: Workspace, *, now: datetime) -> Chart | None:
    """Return the last 30 days of the total balance, or None before the first reading."""
    readings = TotalReading.objects.filter(workspace=workspace)
    points = _points(readings, known_since=workspace.created_at, now=now)
    return _chart("Total balance", points, now=now)


def _points(readings: QuerySet[Any], *, known_since: datetime, now: datetime) -> list[Point]:
    """Return the last reading of each span of the chart, from the balance that it begins with on.

    One query, in which the database picks: a busy account has a reading every few seconds.
    """
    since = now - CHART
    shown = readings.filter(at__gte=_held_at(readings, since))
    width = next(width for age, width in _SPANS if now - known_since <= age)
    span = Substr(Cast("at", TextField()), 1, width)
    last = shown.annotate(span=span).values("span").annotate(last=Max("at")).values("last")
    rows = readings.filter(at__in=last).order_by("at").values_list("at", *_as_units())
    return [(max(at, since), balance, limit) for at, balance, limit in rows]


def _held_at(readings: QuerySet[Any], since: datetime) -> Coalesce:
    """Return the time of the reading that still held when the chart begins."""
    before = readings.filter(at__lte=since).order_by("-at").values("at")[:1]
    return Coalesce(Subquery(before), Value(since, output_field=DateTimeField()))


def _as_units() -> list[Any]:
    return [
        ExpressionWrapper(F(name), output_field=BigIntegerField())
        for name in ("balance", "credit_limit")
    ]


def _chart(title: str, points: list[Point], *, now: datetime) -> Chart | None:
    if not points:
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
