"""What messages and calls cost this account. Source: Vonage's Pricing API, versions 1 and 2.

Prices are per message or minute, with up to 8 decimals, in the currency named beside them. They
change rarely, and Vonage takes one request per second: keep them for a day.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from vonage_api.budget import Family
from vonage_api.configuration import Hosts
from vonage_api.decoding import decode
from vonage_api.errors import Malformed
from vonage_api.exchange import segment
from vonage_api.money import check_money
from vonage_api.transport import Transport

Product = Literal["sms", "sms-transit", "voice"]
ProductV2 = Literal["sms-outbound", "voice-outbound"]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0)] | Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}$")]

LARGEST_PAGE = 100


class NetworkPrice(msgspec.Struct, frozen=True, kw_only=True):
    """The price towards one network.

    code: mcc and mnc, or text such as ZM-PREMIUM. type: mobile, landline, pager or another.
    mcc, mnc: for mobile networks. ranges: first digits of its numbers. aliases: other codes.
    type and currency are None in the older form.
    """

    code: str
    name: str
    price: Decimal
    currency: str | None = None
    type: str | None = None
    mcc: str | None = None
    mnc: str | None = None
    ranges: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()


class CountryPrice(msgspec.Struct, frozen=True, kw_only=True):
    """The prices towards one country.

    default_price: where no network matches; None and no networks where Vonage has no price.
    code: two letters; may be missing. currency: None in the older form.
    """

    name: str
    dialing_prefix: str
    code: str | None = None
    currency: str | None = None
    default_price: Decimal | None = None
    networks: tuple[NetworkPrice, ...] = ()


class PriceV2(msgspec.Struct, frozen=True, kw_only=True):
    """A price of version 2: towards one kind of network of a country, or one group of numbers.

    rate_increment: seconds by which calls are charged, as sent.
    """

    country_name: str
    dialing_prefix: str
    price: Decimal
    currency: str
    dest_network_type: str | None = None
    group_internal_start: str | None = None
    rate_increment: str | None = None


class PricePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of prices of version 2."""

    prices: tuple[PriceV2, ...]
    number: int
    total_pages: int
    total_items: int


class _Network(msgspec.Struct, kw_only=True, rename="camel"):
    network_code: str
    network_name: str
    price: Decimal
    currency: str | None = None
    type: str | None = None
    mcc: str | None = None
    mnc: str | None = None
    ranges: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_money(self.price)

    def read(self) -> NetworkPrice:
        return NetworkPrice(
            code=self.network_code,
            name=self.network_name,
            price=self.price,
            currency=self.currency,
            type=self.type,
            mcc=self.mcc,
            mnc=self.mnc,
            ranges=self.ranges,
            aliases=self.aliases,
        )


class _Country(msgspec.Struct, kw_only=True, rename="camel"):
    country_name: Text
    dialing_prefix: str
    country_code: str | None = None
    currency: str | None = None
    default_price: Decimal | None = None
    networks: tuple[_Network, ...] = ()

    def __post_init__(self) -> None:
        if self.default_price is not None:
            check_money(self.default_price)

    def read(self) -> CountryPrice:
        return CountryPrice(
            name=self.country_name,
            dialing_prefix=self.dialing_prefix,
            code=self.country_code,
            currency=self.currency,
            default_price=self.default_price,
            networks=tuple(network.read() for network in self.networks),
        )


class _OldNetwork(msgspec.Struct, kw_only=True, rename="camel"):
    code: str
    network: str
    mt_price: Decimal

    def __post_init__(self) -> None:
        check_money(self.mt_price)


class _OldCountry(msgspec.Struct, kw_only=True):
    name: Text
    prefix: str
    country: str | None = None
    mt: Decimal | None = None
    networks: tuple[_OldNetwork, ...] = ()

    def __post_init__(self) -> None:
        if self.mt is not None:
            check_money(self.mt)

    def read(self) -> CountryPrice:
        networks = (
            NetworkPrice(code=each.code, name=each.network, price=each.mt_price)
            for each in self.networks
        )
        return CountryPrice(
            name=self.name,
            dialing_prefix=self.prefix,
            code=self.country,
            default_price=self.mt,
            networks=tuple(networks),
        )


class _Countries(msgspec.Struct, kw_only=True):
    count: Count
    countries: tuple[_Country, ...] | None = None
    prices: tuple[_OldCountry, ...] | None = None


class _PriceV2(msgspec.Struct, kw_only=True):
    country_name: Text
    dialing_prefix: str | int
    price: Decimal
    currency: str
    dest_network_type: str | None = None
    group_internal_start: str | int | None = None
    rate_increment: str | int | None = None

    def __post_init__(self) -> None:
        check_money(self.price)

    def read(self) -> PriceV2:
        return PriceV2(
            country_name=self.country_name,
            dialing_prefix=str(self.dialing_prefix),
            price=self.price,
            currency=self.currency,
            dest_network_type=self.dest_network_type,
            group_internal_start=_text(self.group_internal_start),
            rate_increment=_text(self.rate_increment),
        )


class _EmbeddedV2(msgspec.Struct):
    countries: tuple[_PriceV2, ...]


class _PageV2(msgspec.Struct, kw_only=True):
    page: Count
    total_items: Count
    total_pages: Count
    embedded: _EmbeddedV2 | None = msgspec.field(name="_embedded", default=None)


_country = msgspec.json.Decoder(_Country)
_countries = msgspec.json.Decoder(_Countries)
_page = msgspec.json.Decoder(_PageV2)


class Pricing:
    """Calls about prices."""

    def __init__(self, transport: Transport, *, hosts: Hosts) -> None:
        self._transport = transport
        self._v1 = f"{hosts.rest}/account"
        self._v2 = f"{hosts.api}/v2/account/pricing"

    def country(self, product: Product, *, country: str) -> CountryPrice:
        """Return the prices towards one country, two letters. Raises a `VonageError`."""
        return decode(self._ask("pricing", product, country=country), _country).read()

    def all(self, product: Product) -> tuple[CountryPrice, ...]:
        """Return the prices towards all countries. Raises a `VonageError`."""
        return _read(self._ask("full-pricing", product))

    def prefix(self, product: Product, *, prefix: str) -> tuple[CountryPrice, ...]:
        """Return the prices towards the countries of a dialling prefix, for example 44.

        Raises a `VonageError`.
        """
        return _read(self._ask("prefix-pricing", product, prefix=prefix))

    def page_v2(
        self,
        product: ProductV2,
        *,
        country: str | None = None,
        page: int = 1,
        size: int = LARGEST_PAGE,
    ) -> PricePage:
        """Return one page of the prices of version 2. Raises a `VonageError`."""
        params = [("country", country)] if country else []
        params += [("page", str(page)), ("page_size", str(size))]
        url = f"{self._v2}/{segment(product)}"
        found = decode(self._transport.get(url, family=Family.PRICING, params=params), _page)
        if found.embedded is None and int(found.total_items):
            raise Malformed("the list of prices is missing")
        prices = found.embedded.countries if found.embedded else ()
        return PricePage(
            prices=tuple(price.read() for price in prices),
            number=int(found.page),
            total_pages=int(found.total_pages),
            total_items=int(found.total_items),
        )

    def all_v2(self, product: ProductV2, *, country: str | None = None) -> Iterator[PriceV2]:
        """Yield all prices of version 2, one page a second. Raises a `VonageError`."""
        page, before = 1, None
        while True:
            found = self.page_v2(product, country=country, page=page)
            if found.prices and found.prices == before:
                raise Malformed("a page of prices repeats the one before")
            yield from found.prices
            if not found.prices or page >= found.total_pages:
                return
            page, before = page + 1, found.prices

    def _ask(self, what: str, product: Product, **params: str) -> bytes:
        url = f"{self._v1}/get-{what}/outbound/{segment(product)}"
        return self._transport.get(url, family=Family.PRICING, params=list(params.items()))


def _read(body: bytes) -> tuple[CountryPrice, ...]:
    found = decode(body, _countries)
    if (found.countries is None) == (found.prices is None):
        raise Malformed("the list of prices is missing, or there are two")
    return tuple(each.read() for each in found.countries or found.prices or ())


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
