"""The answers of the Reports API, read. Its records differ by product and are kept as sent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from vonage_api.decoding import decode
from vonage_api.errors import Malformed
from vonage_api.money import check_money
from vonage_api.times import check_time, read_time

# Nearly all values are text, also amounts ("total_price") and times; some are null, true or
# false; numbers with a fraction are Decimal. The fields depend on the product.
Record = Mapping[str, Any]

Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]

_FINISHED = {"SUCCESS", "ABORTED", "FAILED", "TRUNCATED"}


class RecordsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Up to 1,000 records. status: SUCCESS, or TRUNCATED where there are more.

    cursor, iv, next_url: what leads to the next page; None on the last. items_count: of this
    page. ids_not_found: of those asked for.
    """

    request_id: str
    status: str
    records: tuple[Record, ...]
    items_count: int
    cursor: str | None = None
    iv: str | None = None
    next_url: str | None = None
    ids_not_found: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report that is made as a file.

    id: not always a UUID. status: PENDING, PROCESSING, SUCCESS, ABORTED, FAILED, TRUNCATED, or
    another of tomorrow. receive_time, start_time, date_start, date_end: as sent. items_count:
    None before it is known. download_url: None before there is a file.
    """

    id: str
    status: str
    product: str | None = None
    account_id: str | None = None
    direction: str | None = None
    include_subaccounts: bool | None = None
    receive_time: str | None = None
    start_time: str | None = None
    date_start: str | None = None
    date_end: str | None = None
    items_count: int | None = None
    download_url: str | None = None
    # Those of the known ones that were echoed, as texts. None may mean that Vonage echoes none.
    filters: Mapping[str, str] = {}

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in _FINISHED

    @property
    def received(self) -> datetime | None:
        """The time at which it was asked for, in UTC."""
        return None if self.receive_time is None else read_time(self.receive_time)


class ReportList(msgspec.Struct, frozen=True, kw_only=True):
    """Reports that were asked for. items_count: of all, as sent."""

    reports: tuple[Report, ...]
    items_count: int


def total_price(record: Record) -> Decimal | None:
    """Return what a record cost, in its `currency`; None where it does not say.

    Raises `Malformed` where it says something else than an amount.
    """
    said = record.get("total_price")
    if said is None or said == "":
        return None
    try:
        amount = Decimal(said if isinstance(said, str | Decimal) else str(said))
        check_money(amount)
    except (ArithmeticError, ValueError):
        pass
    else:
        return amount
    raise Malformed("the price of a record is no amount")


class _Link(msgspec.Struct):
    href: Text


class _Links(msgspec.Struct):
    next: _Link | None = None
    download_report: _Link | None = None


class _Page(msgspec.Struct, kw_only=True):
    request_id: str
    request_status: Text
    records: tuple[dict[str, Any], ...]
    items_count: Count
    cursor: str | None = None
    iv: str | None = None
    ids_not_found: str | None = None
    links: _Links | None = msgspec.field(name="_links", default=None)


FILTERS = (
    *("status", "from", "to", "country", "network", "client_ref", "account_ref", "call_id"),
    *("leg_id", "conversation_id", "provider", "channel", "parent_request_id", "locale"),
    *("number", "number_type", "risk", "swapped", "product_name", "request_type"),
    *("request_session_id", "product_path", "correlation_id", "session_id", "meeting_id"),
)
"""By which records are narrowed, in Vonage's words."""


_Filters = msgspec.defstruct(
    "_Filters",
    [(f"by_{name}", Any, None) for name in FILTERS],
    rename={f"by_{name}": name for name in FILTERS},
)


class _Report(_Filters, kw_only=True):  # type: ignore[misc, valid-type, call-arg] # made by msgspec
    request_id: Text
    request_status: Text
    product: str | None = None
    account_id: str | None = None
    direction: str | None = None
    include_subaccounts: bool | None = None
    receive_time: str | None = None
    start_time: str | None = None
    date_start: str | None = None
    date_end: str | None = None
    items_count: Count | None = None
    links: _Links | None = msgspec.field(name="_links", default=None)

    def __post_init__(self) -> None:
        for text in (self.receive_time, self.start_time, self.date_start, self.date_end):
            check_time(text)

    def read(self) -> Report:
        link = self.links and self.links.download_report
        return Report(
            id=self.request_id,
            status=self.request_status,
            product=self.product,
            account_id=self.account_id,
            direction=self.direction,
            include_subaccounts=self.include_subaccounts,
            receive_time=self.receive_time,
            start_time=self.start_time,
            date_start=self.date_start,
            date_end=self.date_end,
            items_count=self.items_count,
            download_url=link.href if link else None,
            filters=self._filters(),
        )

    def _filters(self) -> dict[str, str]:
        said = ((name, getattr(self, f"by_{name}")) for name in FILTERS)
        return {name: _as_sent(value) for name, value in said if value not in (None, "")}


class _Reports(msgspec.Struct):
    reports: tuple[_Report, ...]
    items_count: Count


def _as_sent(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_page = msgspec.json.Decoder(_Page, float_hook=Decimal)
_report = msgspec.json.Decoder(_Report)
_reports = msgspec.json.Decoder(_Reports)


def read_records(body: bytes) -> RecordsPage:
    """Return a page of records. Raises `Malformed`."""
    page = decode(body, _page)
    link = page.links and page.links.next
    return RecordsPage(
        request_id=page.request_id,
        status=page.request_status,
        records=page.records,
        items_count=page.items_count,
        cursor=page.cursor or None,
        iv=page.iv or None,
        next_url=link.href if link else None,
        ids_not_found=tuple(filter(None, (page.ids_not_found or "").split(","))),
    )


def read_report(body: bytes) -> Report:
    """Return a report. Raises `Malformed`."""
    return decode(body, _report).read()


def read_reports(body: bytes) -> ReportList:
    """Return a list of reports. Raises `Malformed`."""
    found = decode(body, _reports)
    return ReportList(
        reports=tuple(report.read() for report in found.reports), items_count=found.items_count
    )
