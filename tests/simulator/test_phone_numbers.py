"""Buying, setting up, giving back and moving phone numbers, through the wire."""

from decimal import Decimal
from typing import Any

import pytest

from simulator import number_pool, phone_numbers
from simulator.money import Funds

ONE = {"country": "GB", "msisdn": "447700900001"}
TOLL_FREE = {"country": "GB", "msisdn": "448081570000"}


def post(stage: Any, act: str, form: dict[str, str], by: str = "primary") -> Any:
    return stage.call("POST", f"/number/{act}", data=form, by=by)


def owned(stage: Any, by: str = "primary", **query: Any) -> Any:
    return stage.call("GET", "/account/numbers", by=by, params=query).json()


def search(stage: Any, **query: Any) -> Any:
    return stage.call("GET", "/number/search", params=query).json()


def test_a_number_is_bought_and_given_back(stage: Any) -> None:
    before = stage.state.funds("aa000001").balance
    assert search(stage, country="GB", pattern=ONE["msisdn"])["count"] == 1
    assert post(stage, "buy", ONE).json()["error-code"] == "200"
    assert stage.state.funds("aa000001").balance == before - Decimal("1.00")
    assert owned(stage)["numbers"][0]["msisdn"] == ONE["msisdn"]
    assert search(stage, country="GB", pattern=ONE["msisdn"]) == {}
    assert post(stage, "buy", ONE).status_code == 420
    assert post(stage, "cancel", ONE).ok
    assert owned(stage) == {}
    assert search(stage, country="GB", pattern=ONE["msisdn"])["count"] == 1
    assert stage.admin("/invariants")["ok"]


def test_an_old_list_shows_who_had_a_number_then(stage: Any) -> None:
    post(stage, "buy", ONE)
    stage.state.switch(clock_offset=100)
    post(stage, "cancel", ONE)
    stage.state.switch(clock_offset=110)
    ago = lambda seconds: phone_numbers.owned(stage.state, "aa000001", seconds)  # noqa: E731
    assert [[each.msisdn for each in ago(seconds)] for seconds in (0, 5, 50, 500)] == [
        [],
        [],
        [ONE["msisdn"]],
        [],
    ]


def test_the_set_up_fee_is_charged_too(stage: Any) -> None:
    (offer,) = search(stage, country="gb", pattern=TOLL_FREE["msisdn"])["numbers"]
    assert (offer["cost"], offer["initialPrice"]) == ("2.50", "5.00")
    before = stage.state.funds("aa000001").balance
    assert post(stage, "buy", TOLL_FREE).ok
    assert stage.state.funds("aa000001").balance == before - Decimal("7.50")


@pytest.mark.parametrize(
    ("form", "by"),
    [
        ({"country": "GB", "msisdn": "1"}, "primary"),
        ({"country": "US", "msisdn": "447700900001"}, "primary"),
        ({}, "primary"),
        ({**ONE, "target_api_key": "ffffffff"}, "primary"),
        ({**ONE, "target_api_key": "bb000002"}, "own"),
    ],
)
def test_what_fails_changes_nothing(stage: Any, form: dict[str, str], by: str) -> None:
    before = stage.state.version
    answer = post(stage, "buy", form, by)
    assert (answer.status_code, answer.json()["error-code-label"]) == (420, "method failed")
    assert stage.state.version == before


def test_too_little_balance(stage: Any) -> None:
    stage.state.set_funds("bb000001", Funds(Decimal("0.99")))
    assert post(stage, "buy", ONE, "own").status_code == 420
    assert stage.state.funds("bb000001").balance == Decimal("0.99")


def test_failures_may_come_as_200(stage: Any) -> None:
    stage.admin("/switches", number_failures_as_200=True)
    answer = post(stage, "cancel", ONE)
    assert (answer.status_code, answer.json()["error-code"]) == (200, "420")


def test_the_primary_acts_for_its_subaccounts(stage: Any) -> None:
    before = stage.state.funds("bb000001").balance
    assert post(stage, "buy", {**ONE, "target_api_key": "bb000001"}).ok
    assert owned(stage) == {}
    assert owned(stage, by="own")["count"] == 1
    assert stage.state.funds("bb000001").balance == before - 1
    assert post(stage, "cancel", ONE).status_code == 420
    assert post(stage, "cancel", {**ONE, "target_api_key": "bb000001"}).ok


def test_an_update_resets_what_it_leaves_out(stage: Any) -> None:
    post(stage, "buy", ONE)
    urls = {"moHttpUrl": "https://a.example/in", "voiceStatusCallback": "https://a.example/v"}
    voice = {"voiceCallbackType": "tel", "voiceCallbackValue": "447700900999"}
    assert post(stage, "update", {**ONE, **urls, **voice}).ok
    (shown,) = owned(stage)["numbers"]
    assert shown.items() >= {**urls, **voice}.items()
    app = {"app_id": "5f0c"}
    assert post(stage, "update", {**ONE, **app}).ok
    (shown,) = owned(stage)["numbers"]
    assert (shown["app_id"], shown["voiceCallbackType"], "moHttpUrl" in shown) == (
        "5f0c",
        "app",
        False,
    )
    assert owned(stage, has_application="true")["count"] == 1
    assert owned(stage, has_application="false") == {}
    assert owned(stage, application_id="5f0c")["count"] == 1
    assert owned(stage, application_id="other") == {}
    types = [event.type for event in stage.state.store.all(stage.state.store.events)]
    assert types == ["NUMBER_ASSIGN", "NUMBER_UPDATED", "NUMBER_UPDATED", "NUMBER_LINKED"]


def test_a_dead_webhook_is_not_stored(stage: Any) -> None:
    post(stage, "buy", ONE)
    for url in ("https://hooks.invalid/x", "ftp://a.example", "nonsense"):
        assert post(stage, "update", {**ONE, "moHttpUrl": url}).status_code == 420
    assert "moHttpUrl" not in owned(stage)["numbers"][0]


def test_pages(stage: Any) -> None:
    everything = len(number_pool.offers("GB"))
    first = search(stage, country="GB")
    assert (first["count"], len(first["numbers"])) == (everything, 10)
    second = search(stage, country="GB", index=2)
    assert not {n["msisdn"] for n in first["numbers"]} & {n["msisdn"] for n in second["numbers"]}
    assert len(search(stage, country="GB", size=500)["numbers"]) == 100
    assert len(search(stage, country="GB", size=100, index=22)["numbers"]) == everything - 2100
    assert search(stage, country="GB", size=100, index=23) == {}
    assert search(stage, country="XX") == {}


@pytest.mark.parametrize(
    ("how", "pattern", "count"),
    [(0, "4477009001", 100), (1, "0900001", 1), (2, "001", 2), (0, "", 2110)],
)
def test_patterns(stage: Any, how: int, pattern: str, count: int) -> None:
    found = search(stage, country="GB", pattern=pattern, search_pattern=how)
    tests = (str.startswith, str.__contains__, str.endswith)
    assert all(tests[how](number["msisdn"], pattern) for number in found["numbers"])
    assert found["count"] == sum(tests[how](o.msisdn, pattern) for o in number_pool.offers("GB"))
    assert count == found["count"]


def test_types_and_features(stage: Any) -> None:
    found = search(stage, country="US", features="SMS,MMS", type="mobile-lvn", size=100)
    assert found["count"] == 800
    assert all({"SMS", "MMS"} <= set(number["features"]) for number in found["numbers"])
    assert search(stage, country="US", features="FAX") == {}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({}, "country"),
        ({"country": "GB", "size": 0}, "size"),
        ({"country": "GB", "index": "x"}, "index"),
        ({"country": "GB", "search_pattern": 3}, "search_pattern"),
    ],
)
def test_bad_questions(stage: Any, query: dict[str, Any], name: str) -> None:
    answer = stage.call("GET", "/number/search", params=query)
    assert answer.status_code == 400
    assert list(answer.json()["invalid_parameters"]) == [name]


def test_a_number_moves_without_its_set_up(stage: Any) -> None:
    post(stage, "buy", ONE)
    post(stage, "update", {**ONE, "moHttpUrl": "https://a.example/in"})
    move = {"from": "aa000001", "to": "bb000001", "number": ONE["msisdn"], "country": "gb"}
    assert stage.call("POST", "/accounts/aa000001/transfer-number", json=move).json() == move
    (shown,) = owned(stage, by="own")["numbers"]
    assert "moHttpUrl" not in shown
    back = {**move, "from": "bb000001", "to": "bb000002"}
    assert stage.call("POST", "/accounts/aa000001/transfer-number", json=back).ok
    assert owned(stage, by="shared")["count"] == 1


def test_the_pool_has_no_number_twice() -> None:
    every = [offer.msisdn for block in number_pool.BLOCKS for offer in block.offers()]
    assert len(every) == len(set(every)) == len(number_pool.by_msisdn())
    assert all(number.isdigit() and 8 <= len(number) <= 15 for number in every)
