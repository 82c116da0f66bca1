from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from vonage_api import errors


def page(number: int, *ids: str, pages: int = 3, **more: Any) -> dict[str, Any]:
    events = [{"id": each, "created_at": "2025-06-07T08:09:10"} for each in ids]
    place = {"size": 2, "totalElements": 6, "totalPages": pages, "number": number}
    return {"_embedded": {"events": events}, "page": {**place, **more}}


def query(request: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.target).query))


def test_page_is_asked_for(server: Any, make_client: Any) -> None:
    server.answers(page(2, "a"))
    make_client(server).audit.page(
        number=2, size=50, event_types=("APP_CREATE", "USER_STATUS"),
        start=datetime(2025, 1, 2, tzinfo=UTC), end=datetime(2025, 1, 3, tzinfo=UTC),
        search_text="ferry",
    )  # fmt: skip
    assert urlsplit(server.requests[0].target).path == "/beta/audit/events"
    assert query(server.requests[0]) == {
        "event_type": "APP_CREATE,USER_STATUS", "date_from": "2025-01-02T00:00:00Z",
        "date_to": "2025-01-03T00:00:00Z", "search_text": "ferry", "page": "2", "size": "50",
    }  # fmt: skip


def test_all_events_come_once(server: Any, make_client: Any) -> None:
    server.answers(page(1, "a", "b")).answers(page(2, "b", "c")).answers(page(3, "d"))
    found = list(make_client(server).audit.all(search_text="x"))
    assert [event.id for event in found] == ["a", "b", "c", "d"]
    assert [query(each)["page"] for each in server.requests] == ["1", "2", "3"]
    assert {query(each)["search_text"] for each in server.requests} == {"x"}


def test_pages_that_repeat_come_to_an_end(server: Any, make_client: Any) -> None:
    server.answers(page(1, "a", pages=10**9))
    with pytest.raises(errors.Malformed, match="repeats"):
        list(make_client(server).audit.all())
    assert len(server.requests) == 2


def test_links_are_not_followed(server: Any, make_server: Any, make_client: Any) -> None:
    other = make_server()
    links = {"_links": {"next": {"href": f"{other.url}/beta/audit/events?page=2"}}}
    server.answers(page(1, "a", pages=2) | links).answers(page(2, "b", pages=2))
    assert len(list(make_client(server).audit.all())) == 2
    assert other.connections == 0


def test_no_events(server: Any, make_client: Any) -> None:
    server.answers({"page": {"size": 100, "totalElements": 0, "totalPages": 0}})
    assert list(make_client(server).audit.all()) == []
    assert make_client(server).audit.page(number=7).number == 7


def test_events_that_are_missing_are_malformed(server: Any, make_client: Any) -> None:
    server.answers({"page": {"size": 100, "totalElements": 3, "totalPages": 1}})
    with pytest.raises(errors.Malformed):
        make_client(server).audit.page()


def test_types_are_asked_for_with_options(server: Any, make_client: Any, body: Any) -> None:
    server.answers(status=503).answers(body("event_types"))
    make_client(server, attempts=2).audit.types()
    assert [each.method for each in server.requests] == ["OPTIONS", "OPTIONS"]
