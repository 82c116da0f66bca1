"""What is found by what somebody types."""

import pytest

from pricing import listing
from pricing.models import PriceChange
from pricing.searching import Line, Number, fitting, number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+49 170 1234567", Number("491701234567", is_sure=True)),
        ("0049 (0)170/123-45", Number("4917012345", is_sure=True)),
        (" 49 ", Number("49", is_sure=False)),
        ("26298", Number("26298", is_sure=False)),
        ("Germany", None),
        ("ZM-PREMIUM", None),
        ("+", None),
        ("()", None),
        ("٤٩", None),
        ("", None),
    ],
)
def test_number_is_told_from_words(text, number):
    assert number_in(text) == number


def line(pk, ranges="", *, network="X", country="Zambia", product="sms"):
    return Line(pk, product, country, network, ranges)


ZAMBIA = [
    line(1, network=""),
    line(2, "26090"),
    line(3, "2607 26076 26096"),
    line(4, "2608"),
    line(5, network="FIXED"),
    line(6, network="", country="Elsewhere"),
]


@pytest.mark.parametrize(
    ("digits", "found"),
    [
        ("260761234567", [1, 3]),  # in a range: that network, and the rest of its country
        ("260901234567", [1, 2]),
        ("260111234567", [1, 5, 6]),  # in none: whatever has no ranges
        ("2609", [1, 2, 3, 5, 6]),  # may become one of two
    ],
)
def test_networks_are_found_by_their_ranges(digits, found):
    assert sorted(fitting(ZAMBIA, digits)) == found


def test_longest_range_wins_and_each_product_is_looked_at_by_itself():
    lines = [
        line(1, "2607"),
        line(2, "26076"),
        line(3, product="voice"),
        line(4, "26077", product="voice"),
    ]
    assert sorted(fitting(lines, "26076123")) == [2, 3]


@pytest.fixture
def found(read_prices, actor):
    """Return countries and networks that a search finds, of SMS."""
    assert read_prices()

    def search(text, product="sms"):
        rows = listing.everything(actor, {"q": text, "product": product})
        return [(each.country_code, each.network_code) for each in rows]

    return search


@pytest.mark.django_db(transaction=True)
class TestSearch:
    def test_typed_number_finds_country_and_networks(self, found):
        german = [("DE", ""), ("DE", "26298"), ("DE", "DE-FIXED"), ("DE", "26299")]
        assert sorted(found("+49 170 1234567")) == sorted(german)
        assert found("+44 7712 345678") == [("GB", ""), ("GB", "23498")]
        assert found("0044 20 7946 0000") == [("GB", ""), ("GB", "GB-FIXED")]
        assert found("+260 76 123 4567") == [("ZM", ""), ("ZM", "64598")]

    def test_longest_dialling_prefix_wins(self, found):
        assert {country for country, _ in found("+353 1 234567")} == {"IE"}
        assert {country for country, _ in found("+351 21 234567")} == {"PT"}

    def test_countries_of_one_prefix_are_all_found(self, found):
        assert {country for country, _ in found("+1 212 555 0100")} == {"US", "CA"}

    def test_beginning_of_a_prefix_finds_all_that_begin_so(self, found):
        assert {country for country, _ in found("+35")} == {"IE", "PT"}
        assert {country for country, _ in found("+4")} == {"AT", "CH", "DE", "GB", "PL", "SE"}

    def test_digits_alone_are_a_prefix_or_a_network_code(self, found):
        assert ("DE", "26298") in found("26298")
        assert ("DE", "26298") not in found("+26298")
        assert {country for country, _ in found("49")} == {"DE"}

    def test_number_of_nowhere_finds_nothing(self, found):
        assert found("+999 123") == []
        assert found("0170 1234567") == []
        assert found("+" + "9" * 99) == []

    @pytest.mark.parametrize(
        ("text", "countries"),
        [
            ("germany", {"DE"}),
            ("DE", {"DE"}),
            ("de", {"DE"}),
            ("turkiye", {"TR"}),
            ("Po", {"PL", "PT"}),
            ("united", {"GB", "US"}),
            ("elbf", {"DE"}),
            ("germany isartel", {"DE"}),
            ("germany pennine", set()),
            ("ZM-prem", {"ZM"}),
            ("100%_", set()),
        ],
    )
    def test_names_and_codes(self, found, text, countries):
        assert {country for country, _ in found(text)} == countries

    def test_alias_is_a_code_too(self, found):
        assert found("hindu 41280") == [("AF", "41288")]
        assert ("AF", "41288") in found("41280")

    def test_product_narrows(self, found):
        assert found("germany", "voice") == found("germany", "sms")
        assert len(found("germany", "")) == 3 * len(found("germany"))

    def test_country_stands_before_its_networks(self, found):
        assert found("united k")[0] == ("GB", "")

    def test_changes_are_searched_alike(self, read_prices, countries, actor):
        read_prices()
        countries(DE={"sms": "1"}, GB={"sms": "1"}, US={"sms": "1"}, CA={"sms": "1"})
        read_prices()

        def changed(**wanted):
            return {each.country_code for each in listing.changes(actor, wanted, None).lines}

        assert changed(q="+49 170 123") == {"DE"}
        assert changed(q="kingdom") == {"GB"}
        assert changed(q="1") >= {"US", "CA"}
        assert changed(q="+999") == set()
        assert changed(product="voice") == set()
        assert changed(kind="down") == set()
        assert changed(kind="up", product="sms", q="de") == {"DE"}
        assert PriceChange.objects.filter(kind="up").count() > 4
