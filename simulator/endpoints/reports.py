import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from simulator import callbacks, problems, report_queries, reports, usage_records, wire
from simulator.endpoints.admission import json_object, signed_in, take_json
from simulator.exchange import Body, Request, Response, answer
from simulator.problems import RefusedError
from simulator.records import Account, Report
from simulator.reports import Query, UnknownReportError
from simulator.state import State

PAGE = 1000
PATH = "/v2/reports"
ZIP = "application/octet-stream"
FILES = 4
"""So many zips stay in memory."""
COST = {"price": Decimal("0.0"), "currency": "EUR"}


class ReportEndpoints:
    """The reports API of the api host: any account for itself, the primary for its family."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._counts: dict[str, int] = {}
        self._packing = threading.Lock()
        self._files: dict[str, bytes] = {}

    def records(self, request: Request) -> Response:
        """`GET /v2/reports/records`: at once, a page of records."""
        api_key = self._admit(request).api_key
        asked = request.parameters()
        asked.pop("include_subaccounts", None)  # known to asynchronous reports only
        strict = self._state.switches.strict_reports
        query = report_queries.read(self._state, asked, api_key=api_key, strict=strict)
        if "id" in asked:
            return answer(self._by_id(request, asked, query))
        return answer(self._page(request, asked, query))

    def create(self, request: Request) -> Response:
        """`POST /v2/reports`: a report that takes its time."""
        api_key = self._admit(request).api_key
        fields = json_object(request)
        query = report_queries.read(self._state, fields, api_key=api_key)
        parameters = report_queries.echo(fields, query)
        if "callback_url" in fields:  # kept and shown; called where the switch says so
            parameters["callback_url"] = fields["callback_url"]
        report = reports.create(self._state, api_key=api_key, parameters=parameters)
        self._call_back(request, report)
        return answer(self._shown(request, report, fresh=True))

    def _call_back(self, request: Request, report: Report) -> None:
        """Have the callback told when the report is finished, as if nothing stopped it."""
        url, switches = report.parameters.get("callback_url"), self._state.switches
        if switches.callbacks and callbacks.is_here(url):
            finished = self._shown(request, replace(report, ended="SUCCESS"))
            callbacks.call_later(str(url), finished, seconds=switches.report_seconds)

    def index(self, request: Request) -> Response:
        """`GET /v2/reports`: those of an account, in some states."""
        api_key = self._admit(request).api_key
        asked = request.parameters()
        wanted = {text.strip() for text in asked.get("status", "").split(",") if text.strip()}
        if not asked.get("account_id") or not wanted <= STATUSES or not wanted:
            raise _invalid_request()
        start, end = (_moment(name, asked, self._state) for name in ("date_from", "date_to"))
        found = [
            report
            for report in reports.of_account(self._state, api_key)
            if report.parameters["account_id"] == asked["account_id"]
            and reports.status(self._state, report) in wanted
            and (start is None or report.received_at >= start)
            and (end is None or report.received_at <= end)
        ]
        return answer(
            {
                "self_link": f"{request.base_url}{PATH}?{urlencode(asked)}",
                "items_count": len(found),
                "reports": [self._shown(request, report) for report in found],
            }
        )

    def show(self, request: Request, report_id: str) -> Response:
        """`GET /v2/reports/{id}`: how far it is."""
        return answer(self._shown(request, self._report(request, report_id)))

    def cancel(self, request: Request, report_id: str) -> Response:
        """`DELETE /v2/reports/{id}`: unless it has ended."""
        report = self._report(request, report_id)
        try:
            report = reports.end(self._state, report, "ABORTED")
        except reports.ReportEndedError:
            raise _has_ended() from None
        return answer(self._shown(request, report))

    def download(self, request: Request, file_id: str) -> Response:
        """`GET /v3/media/{file_id}`: the zip, for 72 hours."""
        api_key = self._admit(request, json=False).api_key
        try:
            report = reports.file_of(self._state, file_id, api_key=api_key)
        except UnknownReportError:
            raise _unknown(file_id) from None
        packed = self._file(report)
        name = f"{report.parameters['product']}_{report.id}.zip"
        disposition = ("Content-Disposition", f'attachment; filename="{name}"')
        return Response(200, Body(packed), ZIP, (disposition,))

    def _admit(self, request: Request, *, json: bool = True) -> Account:
        account = signed_in(self._state, request, problems.unauthorized_2024)
        if account.suspended:
            raise problems.account_suspended()
        if json:
            take_json(request)
        return account

    def _report(self, request: Request, report_id: str) -> Report:
        api_key = self._admit(request).api_key
        try:
            return reports.get(self._state, report_id, api_key=api_key)
        except UnknownReportError:
            raise _unknown(report_id) from None

    def _records(self, report: Report) -> Iterator[dict[str, Any]]:
        query = report_queries.read(self._state, report.parameters, api_key=report.api_key)
        found = reports.find(self._state, query, asked_at=report.received_at)
        return (record for _, record in found)

    def _file(self, report: Report) -> bytes:
        """Return the zip, made once: a large one takes longer than some wait, who come again."""
        with self._packing:
            if report.id not in self._files:
                packed = reports.zipped(report, self._records(report))
                self._files[report.id] = packed
                for oldest in list(self._files)[:-FILES]:
                    del self._files[oldest]
            return self._files[report.id]

    def _count(self, report: Report) -> int:
        if report.id not in self._counts:
            self._counts[report.id] = sum(1 for _ in self._records(report))
        return self._counts[report.id]

    def _by_id(self, request: Request, asked: dict[str, str], query: Query) -> dict[str, Any]:
        wanted = report_queries.ids(asked)
        (account_id,) = query.account_ids
        source = reports.source(self._state, account_id)
        found = {i: usage_records.by_id(source, query.product, i) for i in wanted}
        records = [reports.shown(record, query) for record in found.values() if record is not None]
        content = self._head(request, asked) | {"id": asked["id"]}
        lost = [record_id for record_id, record in found.items() if record is None]
        if lost:
            content["ids_not_found"] = ",".join(lost)
        content |= {
            name: asked[name] for name in ("product", "account_id", "direction") if name in asked
        }
        content |= {"include_message": query.include_message}
        return content | {"items_count": len(records), "records": records}

    def _page(self, request: Request, asked: dict[str, str], query: Query) -> dict[str, Any]:
        content = self._head(request, asked) | report_queries.echo(asked, query)
        start, given = report_queries.place_of(asked) or (query.start, 0)
        query = replace(query, start=max(start, query.start))
        found = reports.find(self._state, query, asked_at=self._state.now())
        page = list(islice(found, given, given + PAGE + 1))
        if len(page) > PAGE:
            cursor, iv = report_queries.cursor([moment for moment, _ in page[:PAGE]])
            following = _link(request, {**asked, "cursor": cursor, "iv": iv})
            content["request_status"] = "TRUNCATED"
            content["_links"] |= {"next": following}
            content |= {"cursor": cursor, "iv": iv}
        records = [record for _, record in page[:PAGE]]
        return content | {"items_count": len(records), "records": records}

    def _head(self, request: Request, asked: dict[str, str]) -> dict[str, Any]:
        return {
            "_links": {"self": _link(request, asked)},
            "request_id": problems.trace_id(),
            "request_status": "SUCCESS",
            "received_at": wire.with_offset(self._state.now()),
            **COST,
        }

    def _shown(self, request: Request, report: Report, *, fresh: bool = False) -> dict[str, Any]:
        status = reports.status(self._state, report)
        links = {"self": {"href": f"{request.base_url}{PATH}/{report.id}"}}
        if status in {"SUCCESS", "TRUNCATED"}:
            links["download_report"] = {"href": f"{request.base_url}/v3/media/{report.file_id}"}
        content = {
            "request_id": report.id,
            "request_status": status,
            **report.parameters,
            "receive_time": wire.with_offset(report.received_at),
        }
        if not fresh:
            content["start_time"] = content["receive_time"]
            content["items_count"] = self._count(report) if "download_report" in links else 0
        return content | {"_links": links}


STATUSES = {*reports.ENDED, "PENDING", "PROCESSING"}


def _link(request: Request, asked: dict[str, str]) -> dict[str, str]:
    return {"href": f"{request.base_url}{PATH}/records?{urlencode(asked)}"}


def _moment(name: str, asked: dict[str, str], state: State) -> Any:
    if name not in asked:
        return None
    start, _ = report_queries.window(state, {"date_start": asked[name], "date_end": asked[name]})
    return start


def _unknown(report_id: str) -> RefusedError:
    detail = f"Report {report_id} does not exist, or you do not have access."
    return problems.problem(404, "not-found", "Invalid report ID", detail)


def _has_ended() -> RefusedError:
    detail = (
        "The job is already in a terminated state such as "
        "`SUCCESS`, `TRUNCATED`, `FAILED` or `ABORTED`."
    )
    title = "Invalid Abort Operation"
    return problems.problem(409, "invalid-abort-operation", title, detail, area=problems.REPORTS)


def _invalid_request() -> RefusedError:
    title, detail = "Invalid request parameter", "Invalid request parameter."
    return problems.problem(400, "invalid-request-parameters", title, detail, area=problems.REPORTS)
