import json
from typing import Any

import pytest

from vonage_api import errors


@pytest.mark.parametrize(
    ("call", "given", "target"),
    [
        ("country", {"country": "NO"}, "/account/get-pricing/outbound/voice?country=NO"),
        ("all", {}, "/account/get-full-pricing/outbound/voice"),
        ("prefix", {"prefix": "47"}, "/account/get-prefix-pricing/outbound/voice?prefix=47"),
    ],
)
def test_version_1_is_asked(
    *, server: Any, make_client: Any, body: Any, call: str, given: Any, target: str
) -> None:
    server.answers(body("country_price" if call == "country" else "prices"))
    getattr(make_client(server).pricing, call)("voice", **given)
    assert server.requests[0].target == target


def test_version_2_is_asked(server: Any, make_client: Any, body: Any) -> None:
    server.answers(body("prices_v2"))
    make_client(server).pricing.page_v2("voice-outbound", country="NO", page=2, size=10)
    expected = "/v2/account/pricing/voice-outbound?country=NO&page=2&page_size=10"
    assert server.requests[0].target == expected


def test_all_pages_of_version_2(server: Any, make_client: Any, body: Any) -> None:
    second = json.loads(body("prices_v2"))
    second["_embedded"]["countries"].pop()
    server.answers(body("prices_v2")).answers(second)
    found = list(make_client(server).pricing.all_v2("voice-outbound"))
    assert [price.currency for price in found] == ["EUR", "USD", "EUR"]
    assert len(server.requests) == 2


def test_pages_that_repeat_come_to_an_end(server: Any, make_client: Any, body: Any) -> None:
    server.answers(json.loads(body("prices_v2")) | {"total_pages": "999999999"})
    with pytest.raises(errors.Malformed, match="repeats"):
        list(make_client(server).pricing.all_v2("voice-outbound"))
    assert len(server.requests) == 2


@pytest.mark.parametrize("total", ["0", 0])
def test_no_prices_in_version_2(server: Any, make_client: Any, total: Any) -> None:
    server.answers({"page": 1, "page_size": 100, "total_items": total, "total_pages": total})
    assert list(make_client(server).pricing.all_v2("sms-outbound")) == []


@pytest.mark.parametrize(
    "answer",
    [{"page": 1, "total_items": "3", "total_pages": 1},
     {"page": 1, "total_items": "three", "total_pages": 1}],
)  # fmt: skip
def test_prices_that_are_missing_are_malformed(server: Any, make_client: Any, answer: Any) -> None:
    server.answers(answer)
    with pytest.raises(errors.Malformed):
        make_client(server).pricing.page_v2("sms-outbound")


def test_two_lists_of_prices_are_malformed(server: Any, make_client: Any, body: Any) -> None:
    server.answers(json.loads(body("prices")) | json.loads(body("old_prices")))
    with pytest.raises(errors.Malformed, match="two"):
        make_client(server).pricing.all("sms")
