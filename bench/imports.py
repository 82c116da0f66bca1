"""A report of many records, and taking its sums in, in a process of `bench.inside`."""

import random
import zipfile
from datetime import timedelta
from time import monotonic
from typing import TypedDict

from django.utils import timezone

from accounts.models import Account
from teams.models import Workspace
from usage.models import Report, UsageSum
from usage.services import advancing, files
from usage.services.windows import begin_of, today

DAYS = 30
_ACCOUNTS, _COUNTRIES = 30, 100
_BLOCK = 10_000
_HEAD = b'"id","account_id","date_received","country","total_price","currency","to"\n'


class Taken(TypedDict):
    """What taking a report in came to."""

    seconds: float
    sums: int
    records: int


def prepare(records: int) -> int:
    """Put a report of so many records there, of a month and some accounts; return its key."""
    workspace = Workspace.objects.get()
    primary = Account.objects.get(workspace=workspace, is_primary=True)
    last = today()
    report = Report.objects.create(
        workspace=workspace,
        asked_by=workspace.primary_user,
        form_token="bench",  # noqa: S106 - of a form
        product="SMS",
        direction="outbound",
        account=primary,
        with_subaccounts=True,
        starts_at=begin_of(last - timedelta(days=DAYS)),
        ends_at=begin_of(last),
        state=Report.State.READY,
        items_count=records,
        finished_at=timezone.now(),
        due_at=None,
    )
    _write(report, records)
    size = files.path_of(report).stat().st_size
    Report.objects.filter(pk=report.pk).update(file_size=size)
    return report.pk


def warm_up() -> bool:
    """Let the process connect and load what it will need."""
    return Report.objects.exists()


def take_in(pk: int) -> Taken:
    """Take the report in as the worker does."""
    Report.objects.filter(pk=pk).update(due_at=timezone.now())
    began = monotonic()
    while advancing.advance(pk):
        pass
    seconds = monotonic() - began
    report = Report.objects.get(pk=pk)
    if report.sums_fault or not report.summed_at or report.left_out:
        raise RuntimeError(f"the report was not taken in: {report.sums_fault}")
    counts = UsageSum.objects.filter(is_valid=True).values_list("count", flat=True)
    return {"seconds": seconds, "sums": len(counts), "records": sum(counts)}


def _write(report: Report, records: int) -> None:
    keys = list(Account.objects.order_by("pk").values_list("api_key", flat=True)[:_ACCOUNTS])
    chance = random.Random(1)  # noqa: S311 - foreseeable
    days = [f"{report.first_day + timedelta(days=n)}T10:00:00+00:00" for n in range(DAYS)]
    with (
        zipfile.ZipFile(
            files.path_of(report), "w", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as zipped,
        zipped.open("report.csv", "w") as table,
    ):
        table.write(_HEAD)
        for start in range(0, records, _BLOCK):
            lines = (
                f'"{n:08}-4a6c-9b1d","{chance.choice(keys)}","{chance.choice(days)}",'
                f'"C{chance.randrange(_COUNTRIES)}","0.0{n % 900:03}0000","EUR","4477009{n:08}"\n'
                for n in range(start, min(start + _BLOCK, records))
            )
            table.write("".join(lines).encode())
