"""The records of which a line of a statement is the sum, read out of the kept files of reports.

Only rows of the one account and the one month, row by row, and of them what the person may read.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from itertools import islice
from zoneinfo import ZoneInfo

from accounts.models import Account
from statements.months import Month
from usage.models import Report, UsageSum
from usage.personal import Eyes, Seen
from usage.services.files import path_of
from usage.services.importing import days_of
from usage.tables import Rows, check, tables
from usage.tallying import month_of
from vonage_api.errors import Malformed
from vonage_api.times import read_time

FIRST = 25
PATIENCE = 2.0
"""Seconds in which a page looks for the first ones: in a large report they may be far down."""
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Wanted:
    """A line of a statement."""

    account: Account
    month: Month
    product: str
    direction: str


@dataclass(frozen=True)
class Source:
    """A report of which some days count in the line, and how many records that are."""

    report: Report
    days: frozenset[date]
    count: int
    is_here: bool


def sources_of(wanted: Wanted) -> list[Source]:
    """Return the reports that the line is made of. Two queries."""
    rows = UsageSum.objects.filter(
        workspace=wanted.account.workspace_id,
        account=wanted.account,
        month=wanted.month.first,
        product=wanted.product,
        direction=wanted.direction,
        is_valid=True,
    )
    days: dict[int, set[date]] = {}
    counts: dict[int, int] = {}
    for report, day, count in rows.values_list("report_id", "day", "count"):
        days.setdefault(report, set()).add(day)
        counts[report] = counts.get(report, 0) + count
    reports = Report.objects.filter(pk__in=list(days)).order_by("starts_at", "pk")
    reports = reports.select_related("account", "workspace")
    return [
        Source(each, frozenset(days[each.pk]), counts[each.pk], _is_here(each)) for each in reports
    ]


def rows_of(
    wanted: Wanted, sources: list[Source], eyes: Eyes, *, patience: float | None = None
) -> Iterator[list[str]]:
    """Yield the records as the person may see them, the names of the columns first.

    patience: after so many seconds nothing more is looked at. Raises what reading may raise.
    """
    until = None if patience is None else time.monotonic() + patience
    before: list[str] | None = None
    for source in sources:
        if not source.is_here:
            continue
        for table in tables(path_of(source.report)):
            head = next(table, None)
            if head is None:
                continue
            view = _Columns(head, source, wanted, eyes)
            if view.names != before:
                yield view.names
            before = view.names
            yield from (view.cells(row) for row in _for_a_while(table, until) if view.is_meant(row))


def _for_a_while(rows: Rows, until: float | None) -> Rows:
    while part := list(islice(rows, _AT_ONCE)):
        yield from part
        if until is not None and time.monotonic() > until:
            return


def _is_here(report: Report) -> bool:
    try:
        check(path_of(report))
    except (OSError, Malformed):
        return False
    return report.has_file


class _Columns:
    """A table's columns: which row is meant, and what of it is shown."""

    def __init__(self, head: list[str], source: Source, wanted: Wanted, eyes: Eyes) -> None:
        self._key, self._source, self._wanted = wanted.account.api_key, source, wanted
        self._zone = ZoneInfo(wanted.month.zone)
        self._account = head.index("account_id")
        self._time = head.index(next(each for each in source.report.what.times if each in head))
        seen = Seen(head, eyes)
        self.names, self.cells = seen.names, seen.cells
        days = days_of(source.report)
        self._first = days.first if days else source.report.first_day

    def is_meant(self, row: list[str]) -> bool:
        """Return whether the record counts in the line."""
        if row[self._account] != self._key:
            return False
        moment = read_time(row[self._time])
        day = moment.astimezone(UTC).date()
        # Vonage may date a record before the window in which it reports it.
        if day < self._first:
            return self._first in self._source.days
        return day in self._source.days and month_of(moment, self._zone) == self._wanted.month.first
