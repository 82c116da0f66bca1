"""Which days the daily orders lack: not known, not ordered before, and in no report under way."""

from datetime import UTC, datetime, timedelta

from usage.models import HeldDays, OrderedDay, Report
from usage.services import ordering
from usage.services.knowing import Span, missing_in
from usage.services.windows import today

BACK = timedelta(days=31)
"""So many days are looked at, and the whole of last month, of which statements are made."""
_DAY = timedelta(days=1)


def lacking(
    workspace_id: int, product: str, direction: str, *, within: Span | None = None
) -> list[Span]:
    """Return the days that are to be ordered of all accounts, the oldest first. Three queries."""
    of_it = {"workspace": workspace_id, "product": product, "direction": direction}
    held = HeldDays.objects.filter(**of_it, account=None)
    spans = list(held.values_list("first_day", "last_day"))
    days = OrderedDay.objects.filter(**of_it).values_list("day", flat=True)
    spans += [(day, day) for day in days]
    made = Report.objects.filter(
        ordering.is_here(), **of_it, with_subaccounts=True, filters={}, is_cut=False
    )
    spans += [_whole_days(*moments) for moments in made.values_list("starts_at", "ends_at")]
    return missing_in(within or in_view(), sorted(span for span in spans if span[0] <= span[1]))


def in_view() -> Span:
    """Return the first and last day that are looked at: a month back, and all of last month."""
    now = today()
    last_month = (now.replace(day=1) - _DAY).replace(day=1)
    return min(now - BACK, last_month), now - _DAY


def _whole_days(starts_at: datetime, ends_at: datetime) -> Span:
    first = (starts_at.astimezone(UTC) + _DAY - timedelta(microseconds=1)).date()
    return first, ends_at.astimezone(UTC).date() - _DAY
