"""What is called a change, without a database."""

from decimal import Decimal

import pytest

from pricing.comparing import compare, rows_of
from vonage_api.errors import Malformed
from vonage_api.pricing import CountryPrice, NetworkPrice


def network(code="26298", name="Elbfunk", price="0.08", **more):
    return NetworkPrice(code=code, name=name, price=Decimal(price), **more)


def germany(*networks, price="0.0782", **more):
    default = None if price is None else Decimal(price)
    return CountryPrice(
        name="Germany", code="DE", dialing_prefix="49", default_price=default, networks=networks
    )


def known(*countries):
    return {key: (place, row) for place, (key, row) in enumerate(rows_of(countries).items())}


def test_country_and_each_of_its_networks_have_a_price():
    rows = list(
        rows_of([germany(network(type="mobile", mcc="262", mnc="98", ranges=(49170,)))]).values()
    )
    assert [(row.network_code, row.price, row.currency) for row in rows] == [
        ("", 7_820_000, "EUR"),
        ("26298", 8_000_000, "EUR"),
    ]
    assert (rows[1].network_type, rows[1].mcc, rows[1].ranges) == ("mobile", "262", "49170")


def test_country_without_a_price_has_none():
    assert rows_of([germany(price=None)]) == {}


def test_currency_is_the_network_s_then_the_country_s_then_euro():
    country = CountryPrice(
        name="Canada",
        dialing_prefix="1",
        currency="USD",
        default_price=Decimal(1),
        networks=(network(), network(code="2", currency="CAD")),
    )
    assert [row.currency for row in rows_of([country]).values()] == ["USD", "USD", "CAD"]


def test_same_again_is_no_difference():
    assert compare(known(germany(network())), rows_of([germany(network())])) == ({}, [], [])


def test_new_price_is_a_change_and_a_new_name_is_none():
    difference = compare(
        known(germany(network(), network(code="2", name="Old"))),
        rows_of([germany(network(price="0.09"), network(code="2", name="New"))]),
    )
    repriced, renamed = difference.changed
    assert (repriced.before.price, repriced.after.price) == (8_000_000, 9_000_000)
    assert repriced.is_repriced
    assert not renamed.is_repriced
    assert not difference.appeared
    assert not difference.vanished


def test_what_comes_and_goes():
    difference = compare(known(germany(network())), rows_of([germany(network(code="1"))]))
    assert [row.network_code for row in difference.appeared.values()] == ["1"]
    assert [row.network_code for _, row in difference.vanished] == ["26298"]


def test_empty_list_is_not_believed_where_there_were_prices():
    with pytest.raises(Malformed, match="where there were 1"):
        compare(known(germany()), {})
    assert compare({}, {}) == ({}, [], [])


def test_network_of_two_prices_is_not_believed():
    with pytest.raises(Malformed, match="twice"):
        rows_of([germany(network(price="1"), network(price="2"))])
    assert len(rows_of([germany(network(), network())])) == 2


def test_networks_of_one_code_and_two_names_are_two():
    rows = rows_of(
        [germany(network(name="A", price="1"), network(name="B", price="2"), price=None)]
    )
    assert sorted(row.network_name for row in rows.values()) == ["A", "B"]


def test_texts_without_end_and_with_odd_letters_are_kept_short_and_in_one_line():
    (row,) = rows_of([germany(network(name="A\0\tB\n" + "C" * 9_000), price=None)]).values()
    assert row.network_name.startswith("A B C")
    assert len(row.network_name) == 200
