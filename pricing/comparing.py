"""The difference between the prices that we know and those that Vonage lists. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from accounts.naming import folded
from money.units import to_units
from pricing.products import PRODUCTS
from vonage_api.errors import Malformed
from vonage_api.pricing import CountryPrice, NetworkPrice

CURRENCY = "EUR"
"""Vonage's, where it names none."""
_NAME, _CODE, _LISTED = 200, 64, 500
"""Characters of a name, a code and a listing key: an index cannot hold texts without end."""
_TAB = "\t"
"""Sorts before every letter, and stands in no text that is kept."""


class Row(NamedTuple):
    """One price of one product. `price` in units of 0.00000001."""

    country_code: str
    country_name: str
    dialing_prefix: str
    network_code: str
    network_name: str
    network_type: str
    mcc: str
    mnc: str
    ranges: str
    aliases: str
    price: int
    currency: str

    @property
    def key(self) -> str:
        """What tells it from the other prices of its product, and stays when names change."""
        country = self.country_code or self.country_name
        parts = (country, self.dialing_prefix, self.network_code, self.network_type)
        return _TAB.join(parts)

    @property
    def search(self) -> str:
        """What is searched: the country's name first, then everything else that has a name."""
        words = (self.country_name, self.country_code, self.network_name, self.network_code)
        return folded(" ".join([*words, self.aliases]))

    def listing_key(self, product: str) -> str:
        """Return what lists are sorted by: the country's own price stands before its networks'."""
        place = (self.country_name, self.dialing_prefix, self.network_name, self.network_code)
        rank = str(list(PRODUCTS).index(product))
        return folded(_TAB.join([*place, self.network_type, rank]))[:_LISTED]


Rows = dict[str, Row]
Known = Mapping[str, tuple[int, Row]]
"""What is known, by key: the id and the price."""


class Changed(NamedTuple):
    """One price that is not what it was, or not called what it was called."""

    id: int
    before: Row
    after: Row

    @property
    def is_repriced(self) -> bool:
        """It costs something else now."""
        return self.before[-2:] != self.after[-2:]


class Difference(NamedTuple):
    """What to write. Rows that did not change are in none of these."""

    appeared: Rows
    changed: list[Changed]
    vanished: list[tuple[int, Row]]


def rows_of(countries: Iterable[CountryPrice]) -> Rows:
    """Return the prices of one product by their keys.

    Raises `Malformed` where one network of a country has two prices.
    """
    rows: Rows = {}
    for row in _rows(countries):
        # Two networks of one code are told apart by their names.
        key = row.key
        if key in rows and rows[key].network_name != row.network_name:
            key = _TAB.join((row.key, row.network_name))
        if rows.setdefault(key, row)[-2:] != row[-2:]:
            raise Malformed("a network is listed twice, with two prices")
    return rows


def compare(known: Known, rows: Rows) -> Difference:
    """Return what differs between `known` and a new reading.

    Raises `Malformed` where nothing is listed and something was: no price is deleted on such
    evidence.
    """
    if known and not rows:
        raise Malformed(f"no prices are listed, where there were {len(known)}")
    return Difference(
        appeared={key: row for key, row in rows.items() if key not in known},
        changed=[
            Changed(known[key][0], known[key][1], row)
            for key, row in rows.items()
            if key in known and known[key][1] != row
        ],
        vanished=[each for key, each in known.items() if key not in rows],
    )


def _rows(countries: Iterable[CountryPrice]) -> Iterator[Row]:
    for country in countries:
        if country.default_price is not None:
            whole = NetworkPrice(code="", name="", price=country.default_price)
            yield _row(country, whole)
        for network in country.networks:
            yield _row(country, network)


def _row(country: CountryPrice, network: NetworkPrice) -> Row:
    return Row(
        country_code=_kept(country.code).upper(),
        country_name=_kept(country.name, _NAME),
        dialing_prefix=_digits(country.dialing_prefix)[:_CODE],
        network_code=_kept(network.code),
        network_name=_kept(network.name, _NAME),
        network_type=_kept(network.type),
        mcc=_kept(network.mcc),
        mnc=_kept(network.mnc),
        ranges=" ".join(str(each) for each in network.ranges),
        aliases=_kept(" ".join(network.aliases), _NAME),
        price=to_units(network.price),
        currency=_kept(network.currency or country.currency or CURRENCY)[:8],
    )


def _kept(text: str | None, longest: int = _CODE) -> str:
    """Return the text in one line, cut where it is longer."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text or "")
    return " ".join(printable.split())[:longest]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())
