import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from vonage_api import errors

START = datetime(2023, 8, 7, 10, 50, 44, 999_000, tzinfo=UTC)


@pytest.fixture
def listed(server: Any, make_client: Any, body: Any) -> Any:
    """Ask for a list; return the parameters that were sent."""

    def run(**asked: Any) -> list[tuple[str, str]]:
        server.answers(body("balance_transfers"))
        make_client(server).balance_transfers.list(**asked)
        target = urlsplit(server.requests[-1].target)
        assert target.path == "/accounts/0a1b2c3d/balance-transfers"
        return parse_qsl(target.query)

    return run


def test_times_leave_in_whole_seconds_and_widened(listed: Any) -> None:
    assert listed(start=START, end=START + timedelta(milliseconds=2)) == [
        ("start_date", "2023-08-07T10:50:44Z"),
        ("end_date", "2023-08-07T10:50:46Z"),
    ]


def test_times_leave_in_utc(listed: Any) -> None:
    zone = timezone(timedelta(hours=2))
    asked = listed(start=START.astimezone(zone), end=START.replace(microsecond=0))
    assert dict(asked) == {
        "start_date": "2023-08-07T10:50:44Z",
        "end_date": "2023-08-07T10:50:44Z",
    }


def test_times_without_a_zone_are_refused(listed: Any) -> None:
    with pytest.raises(ValueError, match="time zone"):
        listed(start=START.replace(tzinfo=None))


def test_subaccounts_repeat_the_name(listed: Any) -> None:
    asked = listed(start=START, subaccounts=["a&b", "c"])
    assert asked[1:] == [("subaccount", "a&b"), ("subaccount", "c")]


@pytest.mark.parametrize(
    "embedded",
    [
        {},
        {"transfers": []},
        {"credit_transfers": []},
        {"balance_transfers": None},
        {"balance_transfers": {}},
        {"balance_transfers": [], "balance-transfers": []},
    ],
)
def test_a_missing_list_is_a_failed_list(server: Any, make_client: Any, embedded: Any) -> None:
    server.answers({"_embedded": embedded})
    with pytest.raises(errors.Malformed):
        make_client(server).balance_transfers.list(start=START)


@pytest.mark.parametrize("kind", ["balance", "credit"])
@pytest.mark.parametrize("spelling", ["_", "-"])
def test_an_empty_list_is_empty(server: Any, make_client: Any, kind: str, spelling: str) -> None:
    server.answers({"_embedded": {f"{kind}{spelling}transfers": []}})
    assert getattr(make_client(server), f"{kind}_transfers").list(start=START) == ()


def rows(body: Any, *changes: dict[str, Any]) -> dict[str, Any]:
    row = json.loads(body("balance_transfers"))["_embedded"]["balance_transfers"][0]
    return {"_embedded": {"balance_transfers": [row | change for change in changes]}}


def test_a_transfer_that_comes_twice_is_one(server: Any, make_client: Any, body: Any) -> None:
    server.answers(rows(body, {}, {}, {"id": "t-9"}))
    found = make_client(server).balance_transfers.list(start=START)
    assert [transfer.id for transfer in found] == ["t-2", "t-9"]


@pytest.mark.parametrize("change", [{"amount": 1}, {"reference": "other"}, {"to": "other"}])
def test_two_transfers_of_one_id_are_malformed(
    server: Any, make_client: Any, body: Any, change: Any
) -> None:
    server.answers(rows(body, {}, change))
    with pytest.raises(errors.Malformed):
        make_client(server).balance_transfers.list(start=START)


def test_number_may_come_as_a_number(server: Any, make_client: Any, body: Any) -> None:
    server.answers(json.loads(body("number_transfer")) | {"number": 447700900123})
    outcome = make_client(server).number_transfers.make(
        from_key="0a1b2c3d", to_key="11aa22bb", number="447700900123", country="GB"
    )
    assert outcome.value.number == "447700900123"
    sent = json.loads(server.requests[0].body)
    assert sent == {
        "from": "0a1b2c3d", "to": "11aa22bb", "number": "447700900123", "country": "GB",
    }  # fmt: skip
