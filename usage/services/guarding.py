"""What a report will cost, in records, and whether the month has so many left.

Vonage counts records, and so do we. A report counts with what was expected of it until Vonage has
counted it; one that never reached Vonage counts nothing.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from teams.policy import Actor
from usage.models import Budget, HeldDays, Report, Spent, UsageSum
from usage.services.windows import begin_of
from usage.wanted import Wanted

_EARLIER = 10
"""So many earlier reports are told from."""
_RECENT = timedelta(days=60)
State = Report.State


class OverBudgetError(Exception):
    """More records than the month has left."""


class Left(NamedTuple):
    """Of one budget: how many records a month has, and how many of them are used up."""

    whose: str
    per_month: int
    used: int

    @property
    def left(self) -> int:
        """How many records can still be ordered."""
        return max(self.per_month - self.used, 0)


def admit(actor: Actor, wanted: Wanted, *, is_daily: bool = False) -> int | None:
    """Return how many records are expected; None where nothing is known to tell from.

    Raises `OverBudgetError` where the month has not so many left. Where nothing can be expected,
    it is enough that something is left.
    """
    expected = estimate(wanted)
    for each in budgets(actor, is_daily=is_daily):
        if each.left <= 0 or (expected or 0) > each.left:
            raise OverBudgetError(_sentence(each, expected))
    return expected


def budgets(actor: Actor, *, is_daily: bool = False) -> list[Left]:
    """Return the budgets that count for this person this month. At most four queries.

    is_daily: for what is ordered by the schedule: no person's budget.
    """
    budget = Budget.objects.filter(workspace=actor.workspace).first()
    if budget is None:
        return []
    month, read = _of_month(actor), _read(actor)
    found = []
    if budget.per_month is not None:
        found.append(Left("the workspace", budget.per_month, _used(month) + read["all"]))
    if budget.per_person is not None and not is_daily:
        mine = month.filter(asked_by=actor.user, is_daily=False)
        found.append(Left("each person", budget.per_person, _used(mine) + read["mine"]))
    return found


def estimate(wanted: Wanted) -> int | None:
    """Return how many records are expected, by what was there before; None where nothing was.

    By earlier reports of the same for other windows; else by the sums of the last two months.
    """
    days = (wanted.ends_at - wanted.starts_at) / timedelta(days=1)
    per_day = _per_day(wanted)
    return None if per_day is None else round(per_day * days)


def days_that_fit(actor: Actor, wanted: Wanted, *, is_daily: bool = False) -> int:
    """Return how many whole days of the window, by the estimate, the budgets have left.

    All of them where nothing can be expected and something is left, as `admit` has it.
    """
    days = (wanted.ends_at - wanted.starts_at) // timedelta(days=1)
    left = min((each.left for each in budgets(actor, is_daily=is_daily)), default=None)
    if left is None:
        return days
    per_day = _per_day(wanted)
    if left == 0 or not per_day:
        return days if left else 0
    fit = min(days, int((left + 0.5) / per_day))
    # An estimate is rounded, and half a record to the even one: that may be a day too many.
    return fit - 1 if fit and round(per_day * fit) > left else fit


def _per_day(wanted: Wanted) -> float | None:
    """Return how many records a day is expected to have."""
    per_day = _by_reports(wanted)
    if per_day is None and not wanted.filters:
        return _by_sums(wanted)
    return per_day


def _by_reports(wanted: Wanted) -> float | None:
    """Return how many records a day had in earlier reports."""
    earlier = Report.objects.filter(
        workspace=wanted.account.workspace_id,
        account=wanted.account,
        with_subaccounts=wanted.with_subaccounts,
        product=wanted.product,
        direction=wanted.direction,
        filters=wanted.filters,
        items_count__isnull=False,
    )
    newest = earlier.order_by("-pk").values_list("items_count", "starts_at", "ends_at")[:_EARLIER]
    found = [(count or 0, end - start) for count, start, end in newest]
    span: timedelta = sum((length for _, length in found), timedelta())
    return sum(count for count, _ in found) / (span / timedelta(days=1)) if span else None


def _by_sums(wanted: Wanted) -> float | None:
    """Return how many records a day had in the newest days that are known of all accounts."""
    if wanted.with_subaccounts:
        return None  # what is known of all came by reports of the same
    held = HeldDays.objects.filter(
        workspace=wanted.account.workspace_id,
        product=wanted.product,
        direction=wanted.direction,
        account=None,
    )
    newest = held.order_by("-last_day").first()
    if newest is None:
        return None
    first = max(newest.first_day, newest.last_day - _RECENT)
    sums = UsageSum.objects.filter(
        workspace=wanted.account.workspace_id,
        is_valid=True,
        account=wanted.account,
        product=wanted.product,
        direction=wanted.direction,
        day__range=(first, newest.last_day),
    )
    count: int = sums.aggregate(all=Sum("count"))["all"] or 0
    return count / ((newest.last_day - first).days + 1)


def begin_of_month() -> datetime:
    """Return when this month of UTC began."""
    return begin_of(timezone.now().date().replace(day=1))


def _of_month(actor: Actor) -> QuerySet[Report]:
    rows = Report.objects.filter(workspace=actor.workspace, asked_at__gte=begin_of_month())
    # What never left costs nothing; what may have left counts.
    return rows.exclude(state__in=(State.FAILED, State.CANCELLED), remote_id="")


def _used(rows: QuerySet[Report]) -> int:
    counted = Coalesce(F("items_count"), F("estimate"), 0)
    used: int = rows.aggregate(all=Sum(counted))["all"] or 0
    return used


def _read(actor: Actor) -> dict[str, int]:
    """Return how many records were read one by one this month: by all, and by the person."""
    rows = Spent.objects.filter(workspace=actor.workspace, at__gte=begin_of_month())
    mine = Sum("records", filter=Q(person=actor.user), default=0)
    return rows.aggregate(all=Sum("records", default=0), mine=mine)


def _sentence(budget: Left, expected: int | None) -> str:
    month = f"{begin_of_month():%B}"
    has = (
        f"{budget.left:,} of the {budget.per_month:,} records of {budget.whose} for {month} "
        f"{'is' if budget.left == 1 else 'are'} left"
    )
    if expected is None or budget.left <= 0:
        return f"Not ordered: {has}."
    return f"Not ordered: about {expected:,} records are expected, and {has}."
