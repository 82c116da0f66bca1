from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest

from simulator import number_pool, phone_numbers
from simulator.money import Funds
from vonage_api import NotSent, NumberSettings, Ok, Rejected, Secret
from vonage_api.phone_numbers import CONTAINS, ENDS_WITH, STARTS_WITH

FREE = "447700900123"
OFFER = number_pool.by_msisdn()[FREE]
HOOK, DEAD = "https://hooks.example/in?a=1&b=ü", "https://hooks.invalid/in"


@pytest.fixture
def held(remote: Any, cast: Any) -> Any:
    """Give the primary account three numbers of each of two countries; return its truth."""
    for offer in (*number_pool.offers("GB")[:3], *number_pool.offers("SE")[:3]):
        phone_numbers.give(remote.state, offer, owner=cast.primary)
    return lambda key=cast.primary: phone_numbers.owned(remote.state, key)


def of(numbers: Any) -> list[str]:
    return [number.msisdn for number in numbers]


def test_pages_of_owned_numbers(client: Any, held: Any) -> None:
    pages = [client.numbers.owned(page=page, size=4) for page in (1, 2, 3, 4)]
    truth = held()
    assert [page.count for page in pages] == [len(truth), len(truth), len(truth), 0]
    assert [n for page in pages for n in of(page.numbers)] == of(truth)
    shown = pages[0].numbers[0]
    assert (shown.country, shown.type, shown.features) == (
        truth[0].country, truth[0].type, truth[0].features
    )  # fmt: skip


def test_all_owned_numbers(remote: Any, client: Any, cast: Any, held: Any) -> None:
    assert of(client.numbers.all_owned(size=4)) == of(held())
    assert of(remote.client(cast.own).numbers.all_owned()) == of(held(cast.own))
    made = remote.state.create_subaccount(name="Quay", secret="Fresh4Canary")
    fresh = remote.client(made.api_key, Secret("Fresh4Canary"))
    assert list(fresh.numbers.all_owned()) == []


@pytest.mark.parametrize(
    ("pattern", "how", "test"),
    [
        ("467", STARTS_WITH, str.startswith),
        ("00", ENDS_WITH, str.endswith),
        ("7700", CONTAINS, str.__contains__),
    ],
)
def test_owned_numbers_by_pattern(
    client: Any, held: Any, pattern: str, how: int, test: Any
) -> None:
    found = of(client.numbers.owned(pattern=pattern, search_pattern=how).numbers)
    assert found == [msisdn for msisdn in of(held()) if test(msisdn, pattern)] != []


def test_owned_numbers_by_country_and_application(client: Any, held: Any) -> None:
    found = client.numbers.owned(country="SE")
    assert of(found.numbers) == [n.msisdn for n in held() if n.country == "SE"]
    linked = of(found.numbers)[1]
    client.numbers.update(country="SE", msisdn=linked, changes=NumberSettings(app_id="app-1")).get()
    assert of(client.numbers.owned(application_id="app-1").numbers) == [linked]
    assert of(client.numbers.owned(has_application=True).numbers) == [linked]
    assert linked not in of(client.numbers.owned(has_application=False).numbers)


@pytest.mark.parametrize(
    "asked",
    [
        {"country": "GB"},
        {"country": "GB", "features": ("SMS", "VOICE")},
        {"country": "GB", "type_": "landline-toll-free"},
        {"country": "US", "pattern": "702", "search_pattern": CONTAINS},
        {"country": "XX"},
    ],
)
def test_numbers_for_rent(remote: Any, client: Any, asked: dict[str, Any]) -> None:
    truth = [
        offer
        for offer in phone_numbers.available(remote.state, asked["country"])
        if set(asked.get("features", ())) <= set(offer.features)
        and asked.get("type_", offer.type) == offer.type
        and asked.get("pattern", "") in offer.msisdn
    ]
    page = client.numbers.search(**asked)
    assert page.count == len(truth)
    assert [(n.msisdn, n.cost, n.initial_price, n.type, n.features) for n in page.numbers] == [
        (o.msisdn, o.cost, o.setup, o.type, o.features) for o in truth[:100]
    ]
    assert of(client.numbers.search(**asked, page=2, size=3).numbers) == of(truth[3:6])


@pytest.mark.parametrize("whose", ["primary", "own", "shared"])
def test_a_number_is_rented_and_given_back(remote: Any, client: Any, cast: Any, whose: str) -> None:
    key = getattr(cast, whose)
    target = None if whose == "primary" else key
    before = remote.state.funds(key).balance
    asked = {"country": "GB", "msisdn": FREE, "target_api_key": target}
    assert isinstance(client.numbers.buy(**asked), Ok)
    assert remote.state.store.numbers.rows[FREE].owner == key
    assert remote.state.funds(key).balance == before - OFFER.cost
    taken = client.numbers.buy(**asked)
    assert isinstance(taken, Rejected)
    assert FREE not in of(client.numbers.search(country="GB", pattern=FREE).numbers)
    assert isinstance(client.numbers.cancel(**asked), Ok)
    assert FREE not in remote.state.store.numbers.rows
    assert isinstance(client.numbers.cancel(**asked), Rejected)
    assert remote.state.funds(key).balance == before - OFFER.cost


@pytest.mark.parametrize("as_200", [True, False])
@pytest.mark.parametrize(
    "given",
    [
        {"msisdn": "447700800999"},
        {"country": "US"},
        {"country": "FR", "msisdn": "33639980000"},
        {"target_api_key": "ffffffff"},
        {"target_api_key": "poor"},
    ],
)
def test_what_cannot_be_rented_costs_nothing(
    *, remote: Any, client: Any, cast: Any, as_200: bool, given: dict[str, str]
) -> None:
    remote.state.switch(number_failures_as_200=as_200)
    if given.get("target_api_key") == "poor":
        remote.state.set_funds(cast.own, Funds(OFFER.cost - Decimal("0.0001")))
        given = {"target_api_key": cast.own}
    version = remote.state.version
    outcome = client.numbers.buy(**({"country": "GB", "msisdn": FREE} | given))
    assert isinstance(outcome, Rejected)
    assert (outcome.heard.status, outcome.error.status) == (200 if as_200 else 420, 420)
    assert remote.state.version == version


def test_an_update_keeps_what_is_not_given(remote: Any, client: Any, held: Any) -> None:
    number = held()[0]

    def change(**changes: str) -> Any:
        return client.numbers.update(
            country=number.country, msisdn=number.msisdn, changes=NumberSettings(**changes)
        )

    change(mo_http_url=HOOK, voice_callback_type="tel", voice_callback_value="447700900321").get()
    change(voice_status_callback="https://hooks.example/status").get()
    change(messages_callback_type="app", messages_callback_value="app-2").get()
    expected = {
        "message_url": HOOK,
        "voice_type": "tel",
        "voice_value": "447700900321",
        "voice_status_url": "https://hooks.example/status",
        "messages_type": "app",
        "messages_value": "app-2",
    }
    assert asdict(held()[0]) == asdict(number) | expected
    change(mo_http_url="").get()
    assert asdict(held()[0]) == asdict(number) | expected | {"message_url": ""}
    [shown] = client.numbers.owned(pattern=number.msisdn).numbers
    assert (shown.mo_http_url, shown.voice_callback_value) == (None, "447700900321")


def test_an_update_that_cannot_be(remote: Any, client: Any, held: Any) -> None:
    number, version = held()[0], remote.state.version
    asked = {"country": number.country, "msisdn": number.msisdn}
    dead = client.numbers.update(**asked, changes=NumberSettings(mo_http_url=DEAD))
    assert isinstance(dead, Rejected)
    foreign = client.numbers.update(
        country="GB", msisdn=FREE, changes=NumberSettings(mo_http_url=HOOK)
    )
    assert isinstance(foreign, NotSent)
    assert foreign.reason == "not_owned"
    remote.strike("list-500", "GET", "/account/numbers")
    unread = client.numbers.update(**asked, changes=NumberSettings(mo_http_url=HOOK))
    assert isinstance(unread, NotSent)
    assert unread.reason == "not_readable"
    assert remote.state.version == version
    assert [request for request in remote.requests if request[0] == "POST"] == [
        ("POST", "/number/update")
    ]
