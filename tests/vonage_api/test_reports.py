import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from vonage_api import errors
from vonage_api.links import on_host
from vonage_api.report_bodies import total_price

START = datetime(2024, 3, 1, 0, 0, 0, tzinfo=UTC)


def page(*ids: str, **more: Any) -> dict[str, Any]:
    said = {"request_id": "q", "request_status": "SUCCESS", "items_count": len(ids)}
    return {**said, "records": [{"id": each} for each in ids], **more}


def query(request: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.target).query))


@pytest.fixture
def records(server: Any, make_client: Any) -> Any:
    def run(hours: float = 1, **asked: Any) -> list[str]:
        found = make_client(server).reports.records(
            product="SMS", account_id="11aa22bb", start=START,
            end=START + timedelta(hours=hours), direction="outbound", **asked,
        )  # fmt: skip
        return [record["id"] for record in found]

    return run


def test_windows_are_at_most_a_day_long(server: Any, records: Any) -> None:
    server.answers(page("a")).answers(page("b")).answers(page("c"))
    assert records(49.5) == ["a", "b", "c"]
    windows = [(query(each)["date_start"], query(each)["date_end"]) for each in server.requests]
    assert windows == [
        ("2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z"),
        ("2024-03-02T00:00:00Z", "2024-03-03T00:00:00Z"),
        ("2024-03-03T00:00:00Z", "2024-03-03T01:30:00Z"),
    ]


def test_no_window_asks_nothing(server: Any, records: Any) -> None:
    assert records(0) == []
    assert server.connections == 0


def test_request_names_what_is_wanted(server: Any, records: Any) -> None:
    server.answers(page())
    records(filters={"status": "delivered", "include_message": True, "to": "+44"})
    assert query(server.requests[0]) == {
        "product": "SMS", "account_id": "11aa22bb", "direction": "outbound",
        "status": "delivered", "include_message": "true", "to": "+44",
        "date_start": "2024-03-01T00:00:00Z", "date_end": "2024-03-01T01:00:00Z",
    }  # fmt: skip


def test_cursor_is_followed(server: Any, records: Any) -> None:
    server.answers(page("a", request_status="TRUNCATED", cursor="c=1", iv="i+1"))
    link = f"{server.url}/v2/reports/records?cursor=c2&iv=i%2F2"
    server.answers(page("b", _links={"next": {"href": link}}))
    server.answers(page("c", cursor=None, iv=None))
    assert records() == ["a", "b", "c"]
    first, second, third = map(query, server.requests)
    assert second == {**first, "cursor": "c=1", "iv": "i+1"}
    assert third == {**first, "cursor": "c2", "iv": "i/2"}


def test_cursor_that_leads_back_is_malformed(server: Any, records: Any) -> None:
    server.answers(page("a", cursor="c1")).answers(page("b", cursor="c2"))
    server.answers(page("c", cursor="c1"))
    with pytest.raises(errors.Malformed, match="back"):
        records()
    assert len(server.requests) == 3


def test_link_without_a_cursor_is_malformed(server: Any, records: Any) -> None:
    server.answers(page("a", _links={"next": {"href": f"{server.url}/v2/reports/records"}}))
    with pytest.raises(errors.Malformed, match="no cursor"):
        records()


def test_link_to_elsewhere_is_not_read(server: Any, make_server: Any, records: Any) -> None:
    other = make_server().answers(page("b"))
    server.answers(page("a", _links={"next": {"href": f"{other.url}/?cursor=c1"}}))
    with pytest.raises(errors.ForeignLink):
        records()
    assert other.connections == 0


def test_records_by_id(server: Any, make_client: Any) -> None:
    server.answers(page("a", ids_not_found="b,c"))
    found = make_client(server).reports.records_by_id(
        product="SMS", account_id="11aa22bb", ids=("a", "b", "c")
    )
    assert query(server.requests[0])["id"] == "a,b,c"
    assert found.ids_not_found == ("b", "c")


@pytest.mark.parametrize("count", [0, 21])
def test_ids_are_one_to_twenty(make_client: Any, server: Any, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 20"):
        make_client(server).reports.records_by_id(product="SMS", account_id="a", ids=("x",) * count)


def test_report_is_asked_for(server: Any, make_client: Any, body: Any) -> None:
    server.answers(body("pending_report"))
    outcome = make_client(server).reports.create(
        product="SMS", account_id="0a1b2c3d", start=START,
        end=START + timedelta(days=30, microseconds=1), include_subaccounts=True,
        callback_url="https://harbour.example/done", filters={"country": "NO"},
    )  # fmt: skip
    assert outcome.value.id == "ri-2"
    [request] = server.requests
    assert (request.method, request.target) == ("POST", "/v2/reports")
    assert json.loads(request.body) == {
        "product": "SMS", "account_id": "0a1b2c3d", "country": "NO",
        "date_start": "2024-03-01T00:00:00Z", "date_end": "2024-03-31T00:00:01Z",
        "include_subaccounts": True, "callback_url": "https://harbour.example/done",
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"product": "ASR"}, {"account_id": "x"}, {"product": None}])
def test_another_report_is_unknown(server: Any, make_client: Any, body: Any, change: Any) -> None:
    server.answers(json.loads(body("pending_report")) | change)
    outcome = make_client(server).reports.create(product="SMS", account_id="0a1b2c3d")
    assert outcome.reason == "mismatch"


def test_reports_are_listed(server: Any, make_client: Any, body: Any) -> None:
    server.answers(body("reports"))
    make_client(server).reports.list(
        account_id="0a1b2c3d", status="SUCCESS", start=START, end=START + timedelta(hours=1)
    )
    assert query(server.requests[0]) == {
        "account_id": "0a1b2c3d", "status": "SUCCESS",
        "date_from": "2024-03-01T00:00:00Z", "date_to": "2024-03-01T01:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "price"),
    [("0.03330000", Decimal("0.0333")), (1, Decimal(1)), (Decimal("1.5"), Decimal("1.5")),
     ("", None), (None, None)],
)  # fmt: skip
def test_price_of_a_record(said: Any, price: Any) -> None:
    assert total_price({"total_price": said}) == price
    assert total_price({}) is None


@pytest.mark.parametrize("said", ["free", "NaN", "1e400", [], {}, "0.123456789", False])
def test_price_that_is_none(said: Any) -> None:
    with pytest.raises(errors.Malformed):
        total_price({"total_price": said})


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://api.example/v3/media/1", True),
        ("https://API.example/v3/media/1", True),
        ("http://api.example/v3/media/1", False),
        ("https://api.example:444/", False),
        ("https://api.example.evil/", False),
        ("https://api.example@evil/", False),
        ("https://evil/https://api.example/", False),
        ("https://u:p@api.example/", False),
        ("//api.example/v3", False),
        ("/v3/media/1", False),
        ("https://api.example\\@evil/", False),
        ("https://api.example/\r\nX: y", False),
        ("https://api.example/\u00e9", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_links_stay_on_the_host(url: str, *, same: bool) -> None:
    assert on_host(url, "https://api.example") is same
