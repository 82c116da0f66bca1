"""Reports: which records are meant, and the asynchronous ones that take their time."""

import csv
import io
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from simulator import usage_records
from simulator.record_shapes import DIRECTED, SHAPES
from simulator.records import Report
from simulator.state import State
from simulator.usage_records import KEPT, Dated, Source

Status = Literal["PENDING", "PROCESSING", "SUCCESS", "ABORTED", "FAILED", "TRUNCATED"]
ENDED = ("SUCCESS", "ABORTED", "FAILED", "TRUNCATED")
FILE_LIFE = timedelta(hours=72)
REPORT_LIFE = timedelta(days=4)
USUAL_WINDOW = timedelta(days=7)
FILTERS = {  # parameter: the fields of a record that it is compared with, the first that is there
    "status": ("status",),
    "from": ("from",),
    "to": ("to",),
    "country": ("country", "country_code"),
    "network": ("network",),
    "client_ref": ("client_ref",),
    "account_ref": ("account_ref",),
    "call_id": ("call_id",),
    "leg_id": ("leg_id",),
    "conversation_id": ("conversation_id",),
    "provider": ("provider",),
    "channel": ("channel",),
    "parent_request_id": ("parent_request_id",),
    "locale": ("locale",),
    "number": ("number",),
    "number_type": ("number_type",),
    "risk": ("risk",),
    "swapped": ("swapped",),
    "product_name": ("product_name",),
    "request_type": ("request_type",),
    "request_session_id": ("request_session_id",),
    "product_path": ("product_path",),
    "correlation_id": ("correlation_id",),
    "session_id": ("session_id",),
    "meeting_id": ("meeting_id",),
}
# The columns of a real file, [rec]; other products have those of their records.
MESSAGES_COLUMNS = (
    "account_id",
    "message_id",
    "client_ref",
    "direction",
    "from",
    "to",
    "country",
    "country_name",
    "provider",
    "network",
    "network_name",
    "session_type",
    "session_id",
    "date_received",
    "date_finalized",
    "latency",
    "status",
    "error_code",
    "currency",
    "estimated_price",
    "total_price",
    "id",
)


class UnknownReportError(LookupError):
    """There is no such report, or not any more."""


class ReportEndedError(Exception):
    """The report has ended already."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which records are meant. `wanted` holds the filters, each with the texts that fit."""

    product: str
    account_ids: tuple[str, ...]
    direction: str
    start: datetime
    end: datetime
    wanted: dict[str, set[str]]
    include_message: bool = False
    show_concatenated: bool = False


def find(state: State, query: Query, *, asked_at: datetime) -> Iterator[Dated]:
    """Yield the records of a query, account by account: what was there when it was asked for."""
    start, end = max(query.start, asked_at - KEPT), min(query.end, asked_at)
    for account_id in query.account_ids:
        found = usage_records.records(
            source(state, account_id), query.product, query.direction, start=start, end=end
        )
        yield from ((at, shown(one, query)) for at, one in found if _fits(one, query.wanted))


def source(state: State, account_id: str) -> Source:
    """Return where the records of an account come from; UnknownAccountError."""
    return Source(state.seed, account_id, state.account(account_id).created_at)


def shown(record: dict[str, Any], query: Query) -> dict[str, Any]:
    """Return a record without the fields that must be asked for."""
    hidden = set()
    if not query.include_message:
        hidden.add("message_body")
    if not query.show_concatenated:
        hidden.add("concatenated")
    return {name: value for name, value in record.items() if name not in hidden}


def create(state: State, *, api_key: str, parameters: dict[str, Any]) -> Report:
    """Ask for an asynchronous report; it is PENDING first."""
    report = Report(
        id=str(uuid.uuid4()),
        api_key=api_key,
        parameters=parameters,
        received_at=state.now(),
        file_id=str(uuid.uuid4()),
    )
    return _put(state, "create report", report)


def get(state: State, report_id: str, *, api_key: str) -> Report:
    """Return a report of an account; UnknownReportError, also when four days have passed."""
    report = state.store.get(state.store.reports, report_id)
    if report is None or report.api_key != api_key:
        raise UnknownReportError(report_id)
    if state.now() - report.received_at > REPORT_LIFE:
        raise UnknownReportError(report_id)
    return report


def of_account(state: State, api_key: str) -> list[Report]:
    """Return the reports of an account, newest first."""
    alive = state.now() - REPORT_LIFE
    reports = state.store.all(state.store.reports)
    return [r for r in reversed(reports) if r.api_key == api_key and r.received_at >= alive]


def status(state: State, report: Report) -> str:
    """Return how far a report is by now: half of its time it waits, then it is worked on."""
    if report.ended:
        return report.ended
    age = (state.now() - report.received_at).total_seconds()
    whole = state.switches.report_seconds
    if age >= whole:
        return "SUCCESS"
    return "PROCESSING" if age >= whole / 2 else "PENDING"


def end(state: State, report: Report, ended: Status) -> Report:
    """End a report before its time; ReportEndedError."""
    if status(state, report) in ENDED:
        raise ReportEndedError(report.id)
    return _put(state, "end report", replace(report, ended=ended))


def file_of(state: State, file_id: str, *, api_key: str) -> Report:
    """Return the report of a file; UnknownReportError where there is none, or none any more."""
    for report in of_account(state, api_key):
        finished = report.received_at + timedelta(seconds=state.switches.report_seconds)
        fresh = state.now() - finished <= FILE_LIFE
        if report.file_id == file_id and status(state, report) in {"SUCCESS", "TRUNCATED"}:
            if fresh:
                return report
            break
    raise UnknownReportError(file_id)


def zipped(report: Report, records: Iterable[dict[str, Any]]) -> bytes:
    """Return the zip of a report: one CSV, every cell in quotes."""
    product, account_id = report.parameters["product"], report.parameters["account_id"]
    direction = report.parameters.get("direction", "")
    name = f"report_{product}_{account_id}_{report.received_at:%Y%m%d}.csv"
    columns = _columns(product, direction)
    text = io.StringIO()
    writer = csv.DictWriter(
        text, columns, restval="", extrasaction="ignore", quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(records)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.getvalue())
    return packed.getvalue()


def _columns(product: str, direction: str) -> tuple[str, ...]:
    if (product, direction) == ("MESSAGES", "outbound"):
        return MESSAGES_COLUMNS
    shape = SHAPES[product, direction if product in DIRECTED else ""]
    return tuple(text.replace("=", ":").partition(":")[0] for text in shape)


def _fits(record: dict[str, Any], wanted: dict[str, set[str]]) -> bool:
    for parameter, texts in wanted.items():
        names = [name for name in FILTERS[parameter] if name in record]
        if not names or str(record[names[0]]).lower() not in texts:
            return False
    return True


def _put(state: State, act: str, report: Report) -> Report:
    with state.change(act) as draft:
        draft.put(state.store.reports, report.id, report)
    return report
