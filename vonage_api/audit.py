"""Who did what in the account, as Vonage records it. Source: Vonage's Audit API, beta.

Actions through the APIs carry no person; subaccounts and transfers leave no event at all.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from vonage_api.budget import Family
from vonage_api.decoding import decode
from vonage_api.errors import Malformed
from vonage_api.exchange import segment
from vonage_api.times import check_time, read_time, write_time
from vonage_api.transport import Transport

LARGEST_PAGE = 100

Count = Annotated[int, msgspec.Meta(ge=0)]


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event. Only `id` and `created_at` are certain to be there.

    event_type: an open set, see `types`. source: CD for the dashboard, DEVAPI for the APIs.
    user_email, user_id: for the dashboard only. context: as sent, its shape depends on the type;
    numbers with a fraction are Decimal. created_at: as sent, without a zone; `created` takes it
    as UTC.
    """

    id: Annotated[str, msgspec.Meta(min_length=1)]
    created_at: str
    event_type: str | None = None
    event_type_description: str | None = None
    account_id: str | None = None
    source: str | None = None
    source_description: str | None = None
    source_ip: str | None = None
    source_country: str | None = None
    user_email: str | None = None
    user_id: int | None = None
    context: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        check_time(self.created_at)

    @property
    def created(self) -> datetime:
        """The time of the event in UTC."""
        return read_time(self.created_at)


class EventType(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of event that Vonage records."""

    type: str
    description: str = ""


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of events. number: from 1 on."""

    events: tuple[AuditEvent, ...]
    number: int
    total_pages: int
    total_events: int


class _Embedded(msgspec.Struct):
    events: tuple[AuditEvent, ...]


class _Place(msgspec.Struct, rename="camel"):
    total_elements: Count
    total_pages: Count
    number: Count | None = None
    page: Count | None = None  # one SDK's name for it


class _Listing(msgspec.Struct):
    page: _Place
    embedded: _Embedded | None = msgspec.field(name="_embedded", default=None)


class _Types(msgspec.Struct, rename="camel"):
    event_types: tuple[EventType, ...]


_event = msgspec.json.Decoder(AuditEvent, float_hook=Decimal)
_listing = msgspec.json.Decoder(_Listing, float_hook=Decimal)
_types = msgspec.json.Decoder(_Types)


class Audit:
    """Calls about audit events."""

    def __init__(self, transport: Transport, *, host: str) -> None:
        self._transport = transport
        self._url = f"{host}/beta/audit/events"

    def page(
        self,
        *,
        number: int = 1,
        size: int = LARGEST_PAGE,
        event_types: tuple[str, ...] = (),
        start: datetime | None = None,
        end: datetime | None = None,
        search_text: str | None = None,
    ) -> EventPage:
        """Return one page of the events that match. start, end: aware. Raises a `VonageError`."""
        given = {
            "event_type": ",".join(event_types),
            "date_from": start and write_time(start),
            "date_to": end and write_time(end),
            "search_text": search_text,
            "page": str(number),
            "size": str(size),
        }
        params = [(name, value) for name, value in given.items() if value]
        body = self._transport.get(self._url, family=Family.AUDIT, params=params)
        return _page(decode(body, _listing), number)

    def all(
        self,
        *,
        event_types: tuple[str, ...] = (),
        start: datetime | None = None,
        end: datetime | None = None,
        search_text: str | None = None,
    ) -> Iterator[AuditEvent]:
        """Yield each event that matches once, page after page. Raises a `VonageError`."""
        seen: set[str] = set()
        number = 0
        while True:
            number += 1
            page = self.page(
                number=number,
                event_types=event_types,
                start=start,
                end=end,
                search_text=search_text,
            )
            new = {event.id: event for event in page.events if event.id not in seen}
            if page.events and not new:
                raise Malformed("a page of events repeats the ones before")
            yield from new.values()
            seen.update(new)
            if not new or number >= page.total_pages:
                return

    def get(self, event_id: str) -> AuditEvent:
        """Return one event. Raises a `VonageError`."""
        body = self._transport.get(f"{self._url}/{segment(event_id)}", family=Family.AUDIT)
        return decode(body, _event)

    def types(self) -> tuple[EventType, ...]:
        """Return the kinds of events that there are. Raises a `VonageError`."""
        return decode(self._transport.options(self._url, family=Family.AUDIT), _types).event_types


def _page(listing: _Listing, asked: int) -> EventPage:
    place = listing.page
    if listing.embedded is None and place.total_elements:
        raise Malformed("the list of events is missing")
    numbers = (place.number, place.page, asked)
    return EventPage(
        events=listing.embedded.events if listing.embedded else (),
        number=next(number for number in numbers if number is not None),
        total_pages=place.total_pages,
        total_events=place.total_elements,
    )
