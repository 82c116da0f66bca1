"""Phone numbers: those the account owns, and those for rent. Source: Vonage's Numbers API.

Prices are in EUR. A subaccount's numbers are listed and changed with its own credentials only.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec

from vonage_api.budget import Family
from vonage_api.classification import Change
from vonage_api.decoding import decode
from vonage_api.errors import Malformed, VonageError, Withdrawn
from vonage_api.exchange import FORM, Params
from vonage_api.money import check_money
from vonage_api.outcomes import NotSent, Outcome
from vonage_api.pairs import accept_success
from vonage_api.refusals import refusal_within
from vonage_api.transport import Transport
from vonage_api.writing import Fence, Writer, always, as_form

LARGEST_PAGE = 100
STARTS_WITH, CONTAINS, ENDS_WITH = 0, 1, 2  # ways to match a pattern

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Limitation(msgspec.Struct, frozen=True, kw_only=True):
    """What a number cannot do: for example SMS, OUTBOUND, DOMESTIC."""

    feature: str
    type: str
    reach: str | None = None


class NumberSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What a number does with calls and messages. None: not set, or in a change: left as it is.

    In a change "" removes. The owned numbers do not show `mo_smpp_sys_type`: give it with every
    change, as Vonage may reset what is left out.
    """

    app_id: str | None = msgspec.field(name="app_id", default=None)
    mo_http_url: str | None = None
    mo_smpp_sys_type: str | None = None
    voice_callback_type: str | None = None
    voice_callback_value: str | None = None
    voice_status_callback: str | None = None
    messages_callback_type: str | None = None
    messages_callback_value: str | None = None


class OwnedNumber(NumberSettings, frozen=True, kw_only=True, rename="camel"):
    """A number that the account owns.

    msisdn: digits with country code. type: mobile-lvn, landline, landline-toll-free, or another
    of tomorrow. features: of SMS, VOICE, MMS. cost: per month; hardly ever shown here.
    """

    country: Text
    msisdn: Text
    type: str
    features: tuple[str, ...]
    limitations: tuple[Limitation, ...] = ()
    cost: Decimal | None = None

    def __post_init__(self) -> None:
        if self.cost is not None:
            check_money(self.cost)


class AvailableNumber(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A number for rent. cost: per month. initial_price: once; may be missing."""

    country: Text
    msisdn: Text
    type: str
    features: tuple[str, ...]
    cost: Decimal
    initial_price: Decimal | None = None
    limitations: tuple[Limitation, ...] = ()

    def __post_init__(self) -> None:
        check_money(self.cost)
        if self.initial_price is not None:
            check_money(self.initial_price)


class OwnedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of owned numbers. count: of all pages together; 0 where a page lies past the end."""

    count: Annotated[int, msgspec.Meta(ge=0)] = 0
    numbers: tuple[OwnedNumber, ...] = ()


class AvailablePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of numbers for rent. count: of all pages together."""

    count: Annotated[int, msgspec.Meta(ge=0)] = 0
    numbers: tuple[AvailableNumber, ...] = ()


T = TypeVar("T")

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_owned = msgspec.json.Decoder(OwnedPage)
_available = msgspec.json.Decoder(AvailablePage)


class Numbers:
    """Calls about phone numbers."""

    def __init__(self, transport: Transport, writer: Writer, *, host: str) -> None:
        self._transport = transport
        self._writer = writer
        self._host = host

    def owned(
        self,
        *,
        page: int = 1,
        size: int = LARGEST_PAGE,
        country: str | None = None,
        pattern: str | None = None,
        search_pattern: int | None = None,
        application_id: str | None = None,
        has_application: bool | None = None,
    ) -> OwnedPage:
        """Return one page of the numbers that match, from page 1 on. Raises a `VonageError`.

        search_pattern: `STARTS_WITH` (Vonage's default), `CONTAINS` or `ENDS_WITH`.
        """
        params = _params(
            application_id=application_id,
            has_application=None if has_application is None else str(has_application).lower(),
            country=country,
            pattern=pattern,
            search_pattern=search_pattern,
            size=size,
            index=page,
        )
        url = f"{self._host}/account/numbers"
        body = self._transport.get(url, family=Family.OWNED_NUMBERS, params=params)
        return _page(body, _owned)

    def all_owned(self, *, size: int = LARGEST_PAGE) -> Iterator[OwnedNumber]:
        """Yield each owned number once, page after page, one page a second.

        Raises a `VonageError`; `Malformed` where a page brings nothing new, or where all pages
        together hold fewer numbers than each of them says that there are.
        """
        seen: set[str] = set()
        counts: list[int] = []
        page = 0
        while True:
            page += 1
            found = self.owned(page=page, size=size)
            counts.append(found.count)
            new = {each.msisdn: each for each in found.numbers if each.msisdn not in seen}
            if found.numbers and not new:
                raise Malformed("a page of numbers repeats the ones before")
            yield from new.values()
            seen.update(new)
            if not new or page * size >= found.count:
                break
        if len(seen) < min(counts):
            raise Malformed("the pages hold fewer numbers than they say that there are")

    def search(
        self,
        *,
        country: str,
        page: int = 1,
        size: int = LARGEST_PAGE,
        type_: str | None = None,
        features: tuple[str, ...] = (),
        pattern: str | None = None,
        search_pattern: int | None = None,
    ) -> AvailablePage:
        """Return one page of the numbers for rent in a country. Raises a `VonageError`."""
        params = _params(
            country=country,
            type=type_,
            features=",".join(features) or None,
            pattern=pattern,
            search_pattern=search_pattern,
            size=size,
            index=page,
        )
        url = f"{self._host}/number/search"
        return _page(self._transport.get(url, family=Family.NUMBERS, params=params), _available)

    def buy(
        self,
        *,
        country: str,
        msisdn: str,
        target_api_key: str | None = None,
        before_first_byte: Fence = always,
    ) -> Outcome[None]:
        """Rent a number, for a subaccount if its key is given. Costs money every month."""
        form = as_form(country=country, msisdn=msisdn, target_api_key=target_api_key)
        return self._send("buy", form, before_first_byte)

    def cancel(
        self,
        *,
        country: str,
        msisdn: str,
        target_api_key: str | None = None,
        before_first_byte: Fence = always,
    ) -> Outcome[None]:
        """Give a number back; anybody may rent it then."""
        form = as_form(country=country, msisdn=msisdn, target_api_key=target_api_key)
        return self._send("cancel", form, before_first_byte)

    def update(
        self,
        *,
        country: str,
        msisdn: str,
        changes: NumberSettings,
        before_first_byte: Fence = always,
    ) -> Outcome[None]:
        """Change what a number does. What is not changed is read first and sent again.

        `NotSent` with "not_readable" or "not_owned" where that read fails or finds nothing.
        """
        try:
            current = self._find(country, msisdn)
        except VonageError as error:
            return NotSent(reason="not_readable", error=error.with_traceback(None))
        if current is None:
            why = "the number is not among those that the account owns"
            return NotSent(reason="not_owned", error=Withdrawn(why))
        settings = _settings(current) | _settings(changes)
        form = as_form(country=country, msisdn=msisdn, **settings)
        return self._send("update", form, before_first_byte)

    def _find(self, country: str, msisdn: str) -> OwnedNumber | None:
        found = self.owned(country=country, pattern=msisdn, search_pattern=STARTS_WITH)
        return next((number for number in found.numbers if number.msisdn == msisdn), None)

    def _send(self, name: str, form: bytes, fence: Fence) -> Outcome[None]:
        change = Change(
            method="POST",
            url=f"{self._host}/number/{name}",
            family=Family.NUMBERS,
            body=form,
            media_type=FORM,
            accept=accept_success,
            legacy=True,
        )
        return self._writer.send(change, before_first_byte=fence)


def _settings(source: NumberSettings) -> dict[str, str]:
    names = zip(
        NumberSettings.__struct_fields__, NumberSettings.__struct_encode_fields__, strict=True
    )
    held = {wire: getattr(source, name) for name, wire in names}
    return {wire: value for wire, value in held.items() if value is not None}


def _params(**given: str | int | None) -> Params:
    return [(name, str(value)) for name, value in given.items() if value is not None]


def _page(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    # An empty page is an object with nothing in it. One with other things, or with one of its
    # two keys alone, is something else, perhaps a refusal.
    given = decode(body, _object).keys()
    if given and not given >= {"count", "numbers"}:
        raise refusal_within(body) or Malformed("a page of numbers lacks its count or its numbers")
    return decode(body, decoder)
