"""A report's sums, taken in. The same days taken in again replace what was there, never add.

Rows are written some thousand at a time and count for nothing until one short transaction makes
all of them valid and removes those that they replace.
"""

from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import bulk
from accounts.models import Account
from money.units import LARGEST
from usage.models import HeldDays, Report, UsageSum
from usage.services.claims import Claim
from usage.services.files import path_of
from usage.services.steps import State, pause, says
from usage.services.windows import begin_of
from usage.tables import SPOILT
from usage.tallying import Sums, month_of, tally
from vonage_api.errors import Malformed

MOST_FAILURES = 3
_COLUMNS = ("account_id", "country", "day", "month", "currency", "count", "cost")


class Days(NamedTuple):
    """The whole days of UTC that a report is about."""

    first: date
    last: date


def days_of(report: Report) -> Days | None:
    """Return the whole days; None where no day is whole, or the report does not have all of it."""
    if report.filters or report.is_cut:
        return None
    first = report.first_day
    if begin_of(first) < report.starts_at:
        first += timedelta(days=1)
    last = report.ends_at.date() - timedelta(days=1)
    return Days(first, last) if first <= last else None


def take_in(claim: Claim) -> None:
    """Take in the sums of a report that is ready."""
    days = days_of(claim.report)
    if days is None or claim.report.summed_at:
        claim.end(due_at=None)
        return
    zone = claim.report.workspace.zone_name
    try:
        left_out = _write(claim.report, days, ZoneInfo(zone))
    except (*SPOILT, Malformed) as error:
        _note(claim, error)
    else:
        _make_valid(claim, days, left_out, zone)


def _write(report: Report, days: Days, zone: ZoneInfo) -> int:
    """Write the sums, not valid yet; return how many records are of accounts unknown to us."""
    UsageSum.objects.filter(report=report, is_valid=False).delete()  # of an attempt that died
    if report.file_size is None:
        return 0
    known, left_out = _accounts(report), 0
    earliest = month_of(begin_of(days.first), zone)
    same = {
        "workspace_id": report.workspace_id,
        "report_id": report.pk,
        "product": report.product,
        "direction": report.direction,
        "is_valid": False,
    }
    for sums in tally(path_of(report), report.what.times, zone):
        with transaction.atomic():  # of its own: others write in between
            bulk.insert(
                bulk.Columns.of(UsageSum, *_COLUMNS, **same), _rows(sums, known, days, earliest)
            )
        left_out += sum(found[0] for key, found in sums.items() if key[0] not in known)
    return left_out


def _rows(
    sums: Sums, known: dict[str, int], days: Days, earliest: date
) -> list[tuple[object, ...]]:
    """Return rows for the database. Of a day that is not over nothing is taken in."""
    rows: list[tuple[object, ...]] = []
    for (key, country, day, month, currency), (count, cost) in sums.items():
        if abs(cost) > LARGEST:
            raise Malformed("the records cost more than can be")
        # Vonage put it into this window, so that is where it counts, whatever its time says.
        if key in known and day <= days.last:
            when = max(day, days.first), max(month, earliest)
            rows.append((known[key], country, *when, currency, count, cost))
    return rows


def _accounts(report: Report) -> dict[str, int]:
    """Return the accounts that the report can be about, by API key."""
    if not report.with_subaccounts:
        return {report.account.api_key: report.account_id}
    rows = Account.objects.filter(workspace=report.workspace_id)
    return dict(rows.values_list("api_key", "pk").iterator(chunk_size=2_000))


@transaction.atomic
def _make_valid(claim: Claim, days: Days, left_out: int, zone: str) -> None:
    report, now = claim.report, timezone.now()
    if not claim.end(summed_at=now, left_out=left_out, sums_fault="", due_at=None, failures=0):
        return  # somebody else does it; the rows are removed there
    replaced = UsageSum.objects.filter(
        workspace=report.workspace_id,
        product=report.product,
        direction=report.direction,
        day__range=days,
        is_valid=True,
    )
    held = HeldDays.objects.filter(
        workspace=report.workspace_id,
        product=report.product,
        direction=report.direction,
        first_day__gte=days.first,
        last_day__lte=days.last,
    )
    _of_accounts(replaced, report).delete()
    _of_accounts(held, report).delete()
    UsageSum.objects.filter(report=report, is_valid=False).update(is_valid=True)
    HeldDays.objects.create(
        workspace_id=report.workspace_id,
        product=report.product,
        direction=report.direction,
        account=None if report.with_subaccounts else report.account,
        first_day=days.first,
        last_day=days.last,
        known_at=report.sent_at or report.asked_at,
        zone=zone,
    )


def _of_accounts(rows: QuerySet, report: Report) -> QuerySet:  # type: ignore[type-arg] # of two models
    return rows if report.with_subaccounts else rows.filter(account=report.account)


def _note(claim: Claim, error: Exception) -> None:
    failures = claim.report.failures + 1
    due_at = timezone.now() + pause(failures) if failures < MOST_FAILURES else None
    UsageSum.objects.filter(report=claim.report, is_valid=False).delete()
    claim.still(state=State.READY).update(sums_fault=f"Its sums were not taken in. {says(error)}")
    claim.end(failures=failures, due_at=due_at)
