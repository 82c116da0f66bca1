"""Reports: at once page by page, and as jobs that take their time."""

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest

from simulator import record_shapes, reports, usage_records
from tests.simulator.conftest import FOUNDED

RECORDS = "/v2/reports/records"
SMS = {"product": "SMS", "account_id": "aa000001", "direction": "outbound"}
DAY = {"date_start": "2024-08-20T00:00:00Z", "date_end": "2024-08-21T00:00:00Z"}


def ask(stage: Any, **query: Any) -> Any:
    return stage.call("GET", RECORDS, params={**SMS, **DAY, **query})


def create(stage: Any, **fields: Any) -> Any:
    return stage.call("POST", "/v2/reports", json={**SMS, **DAY, **fields})


def show(stage: Any, report: Any) -> Any:
    return stage.call("GET", f"/v2/reports/{report['request_id']}").json()


def test_the_same_question_has_the_same_answer(stage: Any) -> None:
    first, second = ask(stage).json(), ask(stage).json()
    assert first["records"] == second["records"] != []
    assert first["request_id"] != second["request_id"]


def test_start_is_inclusive_and_end_exclusive(stage: Any) -> None:
    dates = [record["date_received"] for record in ask(stage).json()["records"]]
    assert dates == sorted(dates)
    assert ask(stage, date_start=dates[3]).json()["records"][0]["date_received"] == dates[3]
    assert ask(stage, date_end=dates[3]).json()["items_count"] == 3
    days = [ask(stage, date_start=DAY["date_start"], date_end=dates[9]).json()["items_count"]]
    days += [ask(stage, date_start=dates[9], date_end=DAY["date_end"]).json()["items_count"]]
    assert sum(days) == len(dates)


def test_pages_of_a_thousand(stage: Any) -> None:
    """Followed by its links, a long list comes whole and without repetition."""
    query = {**SMS, "date_start": "2024-07-20T00:00:00+00:00", "date_end": DAY["date_end"]}
    answer = stage.call("GET", RECORDS, params=query).json()
    seen = [record["id"] for record in answer["records"]]
    assert (answer["items_count"], answer["request_status"]) == (1000, "TRUNCATED")
    while "next" in answer["_links"]:
        link = answer["_links"]["next"]["href"]
        assert link.startswith(stage.url)
        assert {"cursor", "iv"} <= set(re.findall(r"[?&](\w+)=", link))
        answer = stage.call("GET", link.removeprefix(stage.url)).json()
        seen += [record["id"] for record in answer["records"]]
    assert answer["request_status"] == "SUCCESS"
    assert "cursor" not in answer
    assert len(seen) == len(set(seen)) > 2000


@pytest.mark.parametrize("change", [{"iv": "other"}, {"cursor": "%%%"}, {"cursor": "OTk5"}])
def test_a_cursor_needs_its_iv(stage: Any, change: dict[str, str]) -> None:
    query = {"date_start": "2023-12-01T00:00:00Z"}
    page = ask(stage, **query).json()
    pair = {"cursor": page["cursor"], "iv": page["iv"], **change}
    assert ask(stage, **query, **pair).status_code == 422


def test_ids(stage: Any) -> None:
    known = [record["id"] for record in ask(stage).json()["records"][:3]]
    wanted = [known[0], "12000000E506AC66", known[2], "00000000-0000-4000-a000-000000000000"]
    answer = stage.call("GET", RECORDS, params={**SMS, "id": ",".join(wanted)}).json()
    assert [record["id"] for record in answer["records"]] == [known[0], known[2]]
    assert answer["ids_not_found"] == f"{wanted[1]},{wanted[3]}"
    too_many = ",".join(["x"] * 21)
    assert stage.call("GET", RECORDS, params={**SMS, "id": too_many}).status_code == 422


def test_filters(stage: Any) -> None:
    everything = ask(stage).json()["records"]
    failed = ask(stage, status="failed,EXPIRED").json()["records"]
    assert failed == [r for r in everything if r["status"] in {"failed", "expired"}] != []
    country = everything[0]["country"]
    found = ask(stage, country=country, status="delivered").json()["records"]
    assert all(r["country"] == country and r["status"] == "delivered" for r in found)
    assert ask(stage, risk="high").json()["records"] == []


def test_texts_must_be_asked_for(stage: Any) -> None:
    plain = ask(stage).json()["records"][0]
    told = ask(stage, include_message="true", show_concatenated="true").json()["records"][0]
    assert told.keys() - plain.keys() == {"message_body", "concatenated"}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"product": None}, "product"),
        ({"product": "FAX"}, "product"),
        ({"account_id": None}, "account_id"),
        ({"direction": None}, "direction"),
        ({"product": "MESSAGES", "direction": None}, "direction"),
        ({"direction": "sideways"}, "direction"),
        ({"date_start": "soon"}, "date_start"),
    ],
)
def test_bad_questions(stage: Any, query: dict[str, Any], name: str) -> None:
    answer = ask(stage, **query)
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["invalid_parameters"]] == [name]


def test_the_strict_window(stage: Any) -> None:
    longer = {"date_end": "2024-08-21T00:00:01Z"}
    assert ask(stage, **longer).ok
    assert ask(stage, date_start=None, date_end=None).ok
    stage.admin("/switches", strict_reports=True)
    assert ask(stage).ok
    for query in (longer, {"date_end": None}, {"date_start": None, "date_end": None}):
        assert ask(stage, **query).status_code == 422


def test_who_may_ask_for_whom(stage: Any) -> None:
    assert ask(stage, account_id="bb000001").json()["records"] != ask(stage).json()["records"]
    path = {**SMS, **DAY, "account_id": "bb000001"}
    assert stage.call("GET", RECORDS, params=path, by="own").ok
    assert stage.call("GET", RECORDS, params={**SMS, **DAY}, by="own").status_code == 403
    assert ask(stage, account_id="ffffffff").status_code == 403


def test_nothing_before_the_account_and_nothing_after_now(stage: Any) -> None:
    """The clock of the cast stands at 2024-08-28 14:11, and records live for 13 months."""
    dates = ask(stage, date_start="2024-08-28T00:00:00Z", date_end="2024-08-29T00:00:00Z").json()
    assert dates["records"][-1]["date_received"] < "2024-08-28T14:11:33"
    old = ask(stage, date_start="2022-01-01T00:00:00Z", date_end="2022-05-01T00:00:00Z").json()
    assert old["records"] == []


def test_a_plus_in_an_address_may_arrive_as_a_space(stage: Any) -> None:
    spaced = ask(stage, date_start="2024-08-20T02:00:00 02:00").json()
    assert spaced["records"] == ask(stage).json()["records"]


def test_a_job_takes_its_time(stage: Any) -> None:
    stage.admin("/switches", report_seconds=10)
    report = create(stage).json()
    seen = [report["request_status"]]
    for seconds in (4, 6, 11):
        stage.admin("/clock", clock_offset=seconds)
        seen.append(show(stage, report)["request_status"])
    assert seen == ["PENDING", "PENDING", "PROCESSING", "SUCCESS"]
    assert show(stage, report)["items_count"] == ask(stage).json()["items_count"]


def downloaded(stage: Any, report: Any) -> list[dict[str, str]]:
    link = show(stage, report)["_links"]["download_report"]["href"]
    answer = stage.call("GET", link.removeprefix(stage.url))
    assert answer.headers["Content-Disposition"].endswith(f'SMS_{report["request_id"]}.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (name,) = archive.namelist()
        assert name == "report_SMS_aa000001_20240828.csv"
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_the_file_is_a_real_zip_with_the_same_records(stage: Any) -> None:
    report = create(stage, include_message=True).json()
    stage.admin("/clock", clock_offset=60)
    rows = downloaded(stage, report)
    told = ask(stage, include_message="true").json()["records"]
    assert [row["message_id"] for row in rows] == [record["id"] for record in told]
    assert [row["message_body"] for row in rows] == [record["message_body"] for record in told]


def test_file_is_made_once_however_often_it_is_fetched(
    stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    zipped = reports.zipped

    def counted(report: Any, records: Any) -> bytes:
        made.append(report.id)
        return zipped(report, records)

    monkeypatch.setattr(reports, "zipped", counted)
    first, other = create(stage).json(), create(stage, direction="inbound").json()
    stage.admin("/clock", clock_offset=60)
    assert downloaded(stage, first) == downloaded(stage, first)
    assert downloaded(stage, other) != downloaded(stage, first)
    assert made == [first["request_id"], other["request_id"]]


def test_subaccounts_may_be_included(stage: Any) -> None:
    report = create(stage, include_subaccounts=True).json()
    stage.admin("/clock", clock_offset=60)
    keys = {row["account_id"] for row in downloaded(stage, report)}
    assert keys == {"aa000001", "bb000001", "bb000002", "bb000003"}


def test_files_live_for_72_hours_and_reports_for_four_days(stage: Any) -> None:
    report = create(stage).json()
    stage.admin("/clock", clock_offset=60)
    link = show(stage, report)["_links"]["download_report"]["href"].removeprefix(stage.url)
    hours = {71: (200, 200), 73: (404, 200), 97: (404, 404)}
    for hour, (file, status) in hours.items():
        stage.admin("/clock", clock_offset=hour * 3600)
        assert stage.call("GET", link).status_code == file
        path = f"/v2/reports/{report['request_id']}"
        assert stage.call("GET", path).status_code == status


def test_reports_are_their_askers_own(stage: Any) -> None:
    report = create(stage).json()
    path = f"/v2/reports/{report['request_id']}"
    assert stage.call("GET", path, by="own").status_code == 404
    assert stage.call("DELETE", path, by="own").status_code == 404
    assert stage.call("DELETE", path).json()["request_status"] == "ABORTED"
    assert stage.call("DELETE", path).status_code == 409


def test_the_list_of_reports(stage: Any) -> None:
    made = [create(stage).json()["request_id"] for _ in range(3)]
    stage.call("DELETE", f"/v2/reports/{made[1]}")
    query = {"account_id": "aa000001", "status": "PENDING,PROCESSING"}
    found = stage.call("GET", "/v2/reports", params=query).json()
    assert [report["request_id"] for report in found["reports"]] == [made[2], made[0]]
    later = {**query, "date_from": "2024-08-29T00:00:00Z"}
    assert stage.call("GET", "/v2/reports", params=later).json()["items_count"] == 0
    bad = {**query, "status": "LOST"}
    assert stage.call("GET", "/v2/reports", params=bad).status_code == 400


@pytest.mark.parametrize(("product", "way"), record_shapes.SHAPES)
def test_every_product_has_records_that_can_be_found_again(product: str, way: str) -> None:
    source = usage_records.Source("1", "bb000001", FOUNDED)
    start = datetime.fromisoformat("2024-08-01T00:00:00+00:00")
    found = [
        record
        for _, record in usage_records.records(
            source, product, way, start=start, end=start + timedelta(days=3)
        )
    ]
    assert len(found) >= 6
    assert all(record["account_id"] == "bb000001" for record in found)
    assert usage_records.by_id(source, product, found[-1]["id"]) == found[-1]
    other = usage_records.Source("2", "bb000001", FOUNDED)
    assert usage_records.by_id(other, product, found[-1]["id"]) is None


def test_some_accounts_have_more_than_a_page_a_day() -> None:
    busy = [f"{n:08x}" for n in range(200)]
    start = datetime.fromisoformat("2024-08-01T00:00:00+00:00")
    end = start + timedelta(days=1)

    def number(key: str) -> int:
        source = usage_records.Source("1", key, FOUNDED)
        return sum(
            1 for _ in usage_records.records(source, "SMS", "outbound", start=start, end=end)
        )

    assert max(map(number, busy[:40])) > 1000
