from typing import Any

import pytest

import simulator.endpoints.pricing
from simulator.prices import BY_CODE, COUNTRIES, SERVICES
from vonage_api import Secret, errors

V2 = {"sms-outbound": "sms", "voice-outbound": "voice"}


def same(shown: Any, truth: Any, service: str) -> bool:
    """Tell whether the prices of a country are the simulator's, to the last decimal."""
    price = truth.price(service)
    return (
        (shown.code, shown.name, shown.dialing_prefix) == (truth.code, truth.name, truth.prefix)
        and shown.default_price == (price if truth.has_default else None)
        and shown.currency == "EUR"
        and [(n.code, n.name, n.type, n.mcc or "", n.mnc or "", n.ranges, n.aliases, n.price)
             for n in shown.networks]
        == [(n.code, n.name, n.type, n.mcc, n.mnc, n.ranges, n.aliases, price)
            for n in truth.networks]
    )  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_prices_of_all_countries(client: Any, service: str) -> None:
    shown = client.pricing.all(service)
    assert len(shown) == len(COUNTRIES)
    assert all(same(one, BY_CODE[one.code], service) for one in shown)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("code", ["ZM", "AF", "VA", "gb"])
def test_prices_of_one_country(client: Any, service: str, code: str) -> None:
    shown = client.pricing.country(service, country=code)
    assert same(shown, BY_CODE[code.upper()], service)


@pytest.mark.parametrize(("prefix", "codes"), [("1", ["CA", "US"]), ("260", ["ZM"]), ("999", [])])
def test_prices_of_a_prefix(client: Any, prefix: str, codes: list[str]) -> None:
    shown = client.pricing.prefix("voice", prefix=prefix)
    assert [one.code for one in shown] == codes
    assert all(same(one, BY_CODE[one.code], "voice") for one in shown)


@pytest.mark.parametrize("product", V2)
def test_prices_of_version_2(client: Any, monkeypatch: pytest.MonkeyPatch, product: Any) -> None:
    expected = [
        (country.name, country.prefix, kind, country.price(V2[product]))
        for country in COUNTRIES
        for kind in sorted({network.type for network in country.networks})
    ]

    def rows(prices: Any) -> list[Any]:
        return [(p.country_name, p.dialing_prefix, p.dest_network_type, p.price) for p in prices]

    assert rows(client.pricing.all_v2(product)) == expected
    last = -(-len(expected) // 7)
    pages = [client.pricing.page_v2(product, page=n, size=7) for n in range(1, last + 1)]
    assert [row for page in pages for row in rows(page.prices)] == expected
    assert {(page.total_pages, page.total_items) for page in pages} == {(last, len(expected))}
    assert [page.number for page in pages] == list(range(1, last + 1))
    zambia = [row for row in expected if row[0] == "Zambia"]
    assert rows(client.pricing.all_v2(product, country="ZM")) == zambia != []
    assert client.pricing.page_v2(product, page=last + 1, size=7).prices == ()
    # As if there were more countries than fit on one page.
    monkeypatch.setattr(simulator.endpoints.pricing, "LARGEST_PAGE", 7)
    assert rows(client.pricing.all_v2(product)) == expected


def test_what_has_no_price(remote: Any, client: Any) -> None:
    with pytest.raises(errors.Unprocessable):
        client.pricing.country("sms", country="XX")
    assert list(client.pricing.all_v2("sms-outbound", country="XX")) == []
    stranger = remote.client(secret=Secret("Wrong4Canary-of-the-tests"))
    for ask in (
        lambda: stranger.pricing.all("sms"),
        lambda: stranger.pricing.page_v2("sms-outbound"),
    ):
        with pytest.raises(errors.Unauthorized):
            ask()
