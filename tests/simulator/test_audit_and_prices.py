"""Audit events and prices, through the wire."""

from typing import Any

import pytest

from simulator import customer, prices

EVENTS = "/beta/audit/events"
V2 = "/v2/account/pricing/{}-outbound"


def events(stage: Any, by: str = "primary", **query: Any) -> Any:
    return stage.call("GET", EVENTS, by=by, params=query).json()


def types(page: Any) -> list[str]:
    return [event["event_type"] for event in page["_embedded"]["events"]]


@pytest.fixture
def past(stage: Any) -> Any:
    """Seven events, an hour apart, the newest last."""
    for hour in range(7):
        stage.admin("/clock", clock_offset=hour * 3600)
        kind = "USER_LOGIN" if hour % 2 else "APP_UPDATE"
        stage.admin("/audit", type=kind, context={"hour": f"h{hour}"})
    return stage


def test_pages_are_newest_first(past: Any) -> None:
    seen, page = [], events(past, size=3)
    assert page["page"] == {"size": 3, "totalElements": 7, "totalPages": 3, "number": 1}
    while True:
        seen += [event["created_at"] for event in page["_embedded"]["events"]]
        if "next" not in page["_links"]:
            break
        link = page["_links"]["next"]["href"]
        assert link.startswith("http://")
        page = past.call("GET", EVENTS + "?" + link.partition("?")[2]).json()
    assert len(seen) == 7
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == "2024-08-28T14:11:32"
    assert events(past, page=9)["_embedded"]["events"] == []


def test_filters(past: Any) -> None:
    assert types(events(past, event_type="USER_LOGIN")) == ["USER_LOGIN"] * 3
    assert len(types(events(past, event_type="USER_LOGIN,APP_UPDATE"))) == 7
    assert len(types(events(past, date_from="2024-08-28T16:11:32", date_to="2024-08-28T17:12:00")))
    assert len(types(events(past, date_to="2024-08-27"))) == 0
    assert len(types(events(past, date_from="2024-08-28", date_to="2024-08-28"))) == 7
    assert len(types(events(past, search_text="h5"))) == 1


@pytest.mark.parametrize("query", [{"size": 101}, {"page": "x"}, {"date_from": "soon"}])
def test_bad_questions(stage: Any, query: dict[str, Any]) -> None:
    answer = stage.call("GET", EVENTS, params=query)
    assert (answer.status_code, answer.json()["error"]) == (400, "BadRequest")


def test_dashboard_actions_have_a_user_and_others_have_none(stage: Any) -> None:
    stage.call("POST", "/accounts/aa000001/secrets", json={"secret": "S3condSecret"})
    stage.admin("/audit", type="USER_LOGIN")
    dashboard, api = events(stage)["_embedded"]["events"]
    assert (dashboard["source"], api["source"]) == ("CD", "DEVAPI")
    assert dashboard["user_email"].endswith(".example")
    assert isinstance(dashboard["user_id"], int)
    assert not {"user_email", "user_id"} & api.keys()
    assert stage.call("GET", f"{EVENTS}/{api['id']}").json() == api


def test_a_subaccount_sees_its_own_events_alone(stage: Any) -> None:
    stage.admin("/audit", type="USER_LOGIN", account_id="aa000001")
    stage.admin("/audit", type="APP_CREATE", account_id="bb000001")
    assert types(events(stage, by="own")) == ["APP_CREATE"]
    assert len(types(events(stage))) == 2


def test_a_customer_brings_a_past_along() -> None:
    state = customer.build(subaccounts=1, seed="1", api_key="abcd1234", api_secret="PrimarySecr3t")
    found = state.store.all(state.store.events)
    assert len(found) == 90
    assert all(event.user_id and event.user_email for event in found)


def price(stage: Any, how: str, **query: Any) -> Any:
    return stage.call(
        "GET", f"/account/get-{how}pricing/outbound/{query.pop('of', 'sms')}", params=query
    )


def test_prices_are_texts_of_eight_decimals(stage: Any) -> None:
    shown = price(stage, "", country="gb").json()
    assert (shown["defaultPrice"], shown["currency"]) == ("0.03330000", "EUR")
    assert price(stage, "", country="GB", of="voice").json()["defaultPrice"] == "0.01170000"
    assert price(stage, "", country="GB", of="sms-transit").json()["defaultPrice"] == "0.02997000"


def test_lists_of_prices(stage: Any) -> None:
    everything = price(stage, "full-").json()
    assert everything["count"] == len(everything["countries"]) == len(prices.COUNTRIES)
    codes = [c["countryCode"] for c in price(stage, "prefix-", prefix=1).json()["countries"]]
    assert codes == ["CA", "US"]
    assert price(stage, "full-", of="pigeon").status_code == 404
    assert price(stage, "", country="XX").status_code == 400


def test_prices_page_by_page(stage: Any) -> None:
    page = stage.call("GET", V2.format("sms"), params={"page_size": 15}).json()
    seen = page["_embedded"]["countries"]
    assert (page["page"], page["page_size"]) == ("1", "15")
    while "next" in page["_links"]:
        page = stage.call("GET", page["_links"]["next"]["href"].removeprefix(stage.url)).json()
        seen += page["_embedded"]["countries"]
    assert len(seen) == int(page["total_items"]) > 25
    one = stage.call("GET", V2.format("voice"), params={"country": "ZM"}).json()
    assert {row["country_name"] for row in one["_embedded"]["countries"]} == {"Zambia"}
    assert stage.call("GET", V2.format("pigeon")).status_code == 404
    assert stage.call("GET", V2.format("sms"), by="").status_code == 401
    assert stage.call("GET", V2.format("sms"), params={"page": 0}).status_code == 400
