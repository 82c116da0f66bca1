"""Usage, record by record: at once for a day, or as a file for months. Source: Reports API.

Reports cost money per record, so fetch each window once. Times go out in whole seconds.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from vonage_api.budget import Family
from vonage_api.classification import Change
from vonage_api.errors import ForeignLink, Malformed, Mismatch
from vonage_api.exchange import JSON, Answer, Params, segment
from vonage_api.links import on_host, query_of
from vonage_api.outcomes import Outcome
from vonage_api.report_bodies import (
    Record,
    RecordsPage,
    Report,
    ReportList,
    read_records,
    read_report,
    read_reports,
)
from vonage_api.report_files import ReportFile, save
from vonage_api.times import write_time
from vonage_api.transport import Transport
from vonage_api.writing import Fence, Writer, always, as_json

LONGEST_WINDOW = timedelta(hours=24)
MOST_IDS = 20
LARGEST_FILE = 1024**3  # bytes; Vonage's own limit for a report

Filters = Mapping[str, str | bool]
Place = tuple[tuple[str, str], ...]
"""What asks for the next page, as parameters."""


class Reports:
    """Calls about usage records.

    filters: by Vonage's names, for example {"status": "delivered", "country": "GB"}.
    direction: "outbound" or "inbound", which SMS and MESSAGES ask for. account_id: the account's
    own key or one of its subaccounts'.
    """

    def __init__(self, transport: Transport, writer: Writer, *, host: str) -> None:
        self._transport = transport
        self._writer = writer
        self._host = host
        self._url = f"{host}/v2/reports"

    def records(
        self,
        *,
        product: str,
        account_id: str,
        start: datetime,
        end: datetime,
        direction: str | None = None,
        filters: Filters | None = None,
    ) -> Iterator[Record]:
        """Yield the records from `start` up to, not including, `end`, both aware.

        Asks for 24 hours at a time, the most that Vonage takes, and follows the cursor within.
        Raises a `VonageError`; the records before it are good.
        """
        while start < end:
            until = min(start + LONGEST_WINDOW, end)
            params = [
                *_params(product, account_id, direction, filters),
                ("date_start", write_time(start)),
                ("date_end", write_time(_whole(until))),
            ]
            yield from self._pages(params)
            start = until

    def records_page(
        self,
        *,
        product: str,
        account_id: str,
        start: datetime,
        end: datetime,
        direction: str | None = None,
        filters: Filters | None = None,
        after: Place = (),
    ) -> tuple[RecordsPage, Place]:
        """Return one page of up to 1,000 records, and the place behind it; empty after the last.

        For whoever keeps the place and goes on later. At most 24 hours; the rest is as with
        `records`. Whether a place was there before is the caller's to see. Raises a `VonageError`.
        """
        if not start < end <= start + LONGEST_WINDOW:
            raise ValueError("Ask for more than nothing and at most 24 hours.")
        params = [
            *_params(product, account_id, direction, filters),
            ("date_start", write_time(start)),
            ("date_end", write_time(_whole(end))),
        ]
        page = self._page([*params, *after])
        return page, self._next(page)

    def records_by_id(
        self,
        *,
        product: str,
        account_id: str,
        ids: tuple[str, ...],
        direction: str | None = None,
        include_message: bool = False,
    ) -> RecordsPage:
        """Return the records with these ids, 1 to 20. Raises a `VonageError`."""
        if not 1 <= len(ids) <= MOST_IDS:
            raise ValueError(f"Give 1 to {MOST_IDS} ids.")
        filters: Filters = {"include_message": True} if include_message else {}
        params = [*_params(product, account_id, direction, filters), ("id", ",".join(ids))]
        return self._page(params)

    def create(
        self,
        *,
        product: str,
        account_id: str,
        start: datetime | None = None,
        end: datetime | None = None,
        direction: str | None = None,
        include_subaccounts: bool | None = None,
        callback_url: str | None = None,
        filters: Filters | None = None,
        before_first_byte: Fence = always,
    ) -> Outcome[Report]:
        """Have a report made as a file, of up to 13 months. Costs money per record."""
        fields = {
            **(filters or {}),
            "product": product,
            "account_id": account_id,
            "direction": direction,
            "date_start": start and write_time(start),
            "date_end": end and write_time(_whole(end)),
            "include_subaccounts": include_subaccounts,
            "callback_url": callback_url,
        }
        change = Change(
            method="POST",
            url=self._url,
            family=Family.REPORTS,
            body=as_json(**fields),
            media_type=JSON,
            accept=_same_report(product=product, account_id=account_id),
        )
        return self._writer.send(change, before_first_byte=before_first_byte)

    def get(self, report_id: str) -> Report:
        """Return how far a report is. Raises a `VonageError`, `NotFound` after about 4 days."""
        url = f"{self._url}/{segment(report_id)}"
        return read_report(self._transport.get(url, family=Family.REPORTS))

    def cancel(self, report_id: str, *, before_first_byte: Fence = always) -> Outcome[Report]:
        """Stop a report that is being made. `Rejected` with status 409 where it is finished."""
        change = Change(
            method="DELETE",
            url=f"{self._url}/{segment(report_id)}",
            family=Family.REPORTS,
            accept=_same_report(report_id=report_id, status="ABORTED"),
        )
        return self._writer.send(change, before_first_byte=before_first_byte)

    def list(
        self,
        *,
        account_id: str,
        status: str,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ReportList:
        """Return the reports that were asked for, by their status. Raises a `VonageError`.

        No longer described by Vonage in 2026, so be ready for `NotFound`.
        """
        params = [("account_id", account_id), ("status", status)]
        params += [("date_from", write_time(start))] if start else []
        params += [("date_to", write_time(_whole(end)))] if end else []
        return read_reports(self._transport.get(self._url, family=Family.REPORTS, params=params))

    def download(
        self, report: Report, *, to: Path, max_bytes: int = LARGEST_FILE, seconds: float = 900
    ) -> ReportFile:
        """Save a finished report's zip as `to`, then check it; it is kept only if it is sound.

        Vonage keeps it for 72 hours. max_bytes: of the zip. seconds: for the whole download.
        Raises a `VonageError`: `ForeignLink` where the link leads away from the configured host,
        `Malformed` for a zip that is not what it should be; `OSError` if it cannot be written.
        """
        if report.download_url is None:
            raise ValueError("The report has no file: it is not finished, or Vonage gave none.")
        if not on_host(report.download_url, self._host):
            raise ForeignLink
        pieces = self._transport.stream(report.download_url, family=Family.REPORTS, seconds=seconds)
        return save(pieces, to=to, max_bytes=max_bytes)

    def _pages(self, params: Params) -> Iterator[Record]:
        seen: set[Place] = set()
        rest: Place = ()
        while True:
            page = self._page([*params, *rest])
            yield from page.records
            rest = self._next(page)
            if rest in seen:
                raise Malformed("a page of records leads back to one before")
            if not rest:
                return
            seen.add(rest)

    def _next(self, page: RecordsPage) -> Place:
        """Return what asks for the next page. The link itself is never followed."""
        if page.cursor is None and page.next_url:
            if not on_host(page.next_url, self._host):
                raise ForeignLink
            query = query_of(page.next_url)
        else:
            query = {"cursor": page.cursor or "", "iv": page.iv or ""}
        found = tuple((name, value) for name in ("cursor", "iv") if (value := query.get(name)))
        if page.next_url and not found:
            raise Malformed("there are more records, but no cursor to them")
        return found

    def _page(self, params: Params) -> RecordsPage:
        url = f"{self._url}/records"
        return read_records(self._transport.get(url, family=Family.RECORDS, params=params))


def _params(
    product: str, account_id: str, direction: str | None, filters: Filters | None
) -> list[tuple[str, str]]:
    given = {**(filters or {}), "product": product, "account_id": account_id}
    if direction:
        given["direction"] = direction
    return [
        (name, value if isinstance(value, str) else str(value).lower())
        for name, value in given.items()
    ]


def _whole(moment: datetime) -> datetime:
    """Return the same or the next whole second, so that the end is not cut."""
    return moment + timedelta(microseconds=-moment.microsecond % 1_000_000)


def _same_report(
    *,
    report_id: str | None = None,
    product: str | None = None,
    account_id: str | None = None,
    status: str | None = None,
) -> Callable[[Answer], Report]:
    asked = {"id": report_id, "product": product, "account_id": account_id, "status": status}

    def accept(answer: Answer) -> Report:
        report = read_report(answer.body)
        for field, value in asked.items():
            if value is not None and getattr(report, field) != value:
                raise Mismatch(f"the report's {field} is another one")
        return report

    return accept
