"""Readings as charts show them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    ExpressionWrapper,
    F,
    Func,
    Max,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from accounts.models import Account, MemberReading, Reading, TotalReading
from prepared.queries import Prepared
from teams.models import Workspace
from ui.chart import MOST_POINTS, Chart

CHART = timedelta(days=30)


def chart_of_account(account: Account, *, now: datetime) -> Chart | None:
    """Return the last 30 days of an account's balance, or None where it has none of its own."""
    if account.shares_balance:
        return None
    title = f"Balance of {account}"
    return _chart(title, _of_account, account.pk, known_since=account.first_seen_at, now=now)


def chart_of_workspace(workspace: Workspace, *, now: datetime) -> Chart | None:
    """Return the last 30 days of the total balance, or None before the first reading."""
    since = workspace.created_at
    return _chart("Total balance", _of_workspace, workspace.pk, known_since=since, now=now)


def chart_of_member(member: int, *, joined: datetime, now: datetime) -> Chart | None:
    """Return the last 30 days of what the accounts that a member saw had together, by the hour.

    None before the first hour. The line goes by what the person could see at each time.
    """
    title = "Balance of the accounts that you see"
    return _chart(title, _of_member, member, known_since=joined, now=now)


def _chart(
    title: str, readings: Prepared[Any], pk: int, *, known_since: datetime, now: datetime
) -> Chart | None:
    """Draw the last reading of each span of time, from the balance that the chart begins with on.

    One query, in which the database picks: a busy account has a reading every few seconds.
    """
    since = now - CHART
    begins = connection.ops.adapt_datetimefield_value(since)
    points = readings.rows(pk, begins, _span(max(known_since, since), now))
    if not points:
        return None
    begin = int(since.timestamp())
    begun = [(max(at, begin), balance, limit) for at, balance, limit in points[:1]]
    return Chart(title=title, points=[*begun, *points[1:]], until=now)


def _span(start: datetime, end: datetime) -> int:
    """Return how many seconds of the chart one point stands for, so that there are not too many.

    Two are to spare: the balance at the beginning, and a first span that is cut.
    """
    return max(1, -(-int((end - start).total_seconds()) // (MOST_POINTS - 2)))


def _picked(readings: QuerySet[Any], since: Any, span: Any) -> QuerySet[Any, Any]:
    before = readings.filter(at__lte=since).order_by("-at").values("at")[:1]
    first = Coalesce(Subquery(before), since, output_field=readings.model._meta.get_field("at"))
    shown = readings.filter(at__gte=first).annotate(span=Divided(Seconds("at"), span))
    last = shown.values("span").annotate(last=Max("at")).values("last")
    picked = readings.filter(at__in=last).order_by("at")
    return picked.values_list(Seconds("at"), *_as_units())


class Seconds(Func):
    """A time as whole seconds since 1970: parsing each as a time would cost more than the rest."""

    output_field = BigIntegerField()
    function = "unixepoch"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Return the same for PostgreSQL."""
        template = "CAST(floor(extract(epoch FROM %(expressions)s)) AS bigint)"
        return self.as_sql(compiler, connection, template=template)


class Divided(Func):
    """A whole number divided by another, without the rest."""

    output_field = BigIntegerField()
    template = "%(expressions)s"
    arg_joiner = " / "


def _as_units() -> list[Any]:
    return [
        ExpressionWrapper(F(name), output_field=BigIntegerField())
        for name in ("balance", "credit_limit")
    ]


_of_account: Prepared[Any] = Prepared(
    lambda pk, since, span: _picked(Reading.objects.filter(account=pk), since, span)
)
_of_workspace: Prepared[Any] = Prepared(
    lambda pk, since, span: _picked(TotalReading.objects.filter(workspace=pk), since, span)
)
_of_member: Prepared[Any] = Prepared(
    lambda pk, since, span: _picked(MemberReading.objects.filter(member=pk), since, span)
)
