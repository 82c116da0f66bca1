"""Found records, between Vonage and the page: packed, sealed, and opened a page at a time."""

import base64
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django.db.models import Sum

from log_search.models import Page, Search
from teams.models import Workspace
from usage.products import PRODUCTS
from usage.services import keeping
from vault.fields import seal_into, unseal_from
from vault.secret import Secret
from vonage_api.errors import Malformed
from vonage_api.report_bodies import Record
from vonage_api.times import read_time


class Content(msgspec.Struct):
    """What is in a sealed page. lost: ids that Vonage knows nothing of."""

    records: list[dict[str, Any]]
    lost: list[str] = []


class Placed(NamedTuple):
    """A record and its place among all that were found."""

    place: int
    record: Record
    at: datetime | None


def kept_for(workspace: Workspace) -> timedelta:
    """Return how long found records of a workspace are kept. One query."""
    return timedelta(hours=keeping.log_hours(workspace.pk))


def time_of(product: str, record: Record) -> datetime | None:
    """Return when it was; None where the record does not say."""
    said = next((record[name] for name in PRODUCTS[product].times if record.get(name)), None)
    try:
        return read_time(said) if isinstance(said, str) else None
    except Malformed:
        return None


def packed(search: Search, records: Sequence[Record], lost: Sequence[str] = ()) -> Page:
    """Return a page of records, sealed and not saved, the newest of them first."""
    dated = [(time_of(search.product, each), each) for each in records]
    # The second key keeps undated ones behind; the sort keeps the order of equal ones.
    dated.sort(key=lambda pair: pair[0].timestamp() if pair[0] else 0.0, reverse=True)
    times = [at for at, _ in dated if at]
    page = Page(
        workspace_id=search.workspace_id,
        search=search,
        count=len(dated),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
    )
    content = Content([dict(each) for _, each in dated], list(lost))
    squeezed = zlib.compress(msgspec.json.encode(content))
    seal_into(page, "records", Secret(base64.b85encode(squeezed).decode()))
    return page


def opened(page: Page) -> Content:
    """Return what is in a page. Raises `BrokenSealError` or `UnknownKeyError`."""
    squeezed = base64.b85decode(unseal_from(page, "records").reveal())
    return msgspec.json.decode(zlib.decompress(squeezed), type=Content)


def records_from(search: Search, place: int, most: int) -> list[Placed]:
    """Return up to so many records, from a place on. Opens only the pages that they are in.

    One query for the counts, and one for each page that is opened.
    """
    found: list[Placed] = []
    begin = 0
    for pk, count in _pages_of(search).values_list("pk", "count"):
        if len(found) < most and begin + count > place:
            skip = max(place - begin, 0)
            records = opened(Page.objects.get(pk=pk)).records[skip : skip + most - len(found)]
            found += [
                Placed(begin + skip + n, each, time_of(search.product, each))
                for n, each in enumerate(records)
            ]
        begin += count
    return found


def everything(search: Search) -> Iterator[Record]:
    """Yield all records, a page in memory at a time."""
    for pk in _pages_of(search).values_list("pk", flat=True):
        page = Page.objects.filter(pk=pk).first()
        yield from opened(page).records if page else ()


def lost_of(search: Search) -> list[str]:
    """Return the ids that Vonage knows nothing of."""
    return [each for page in _pages_of(search)[:1] for each in opened(page).lost]


def count_of(search: Search) -> int:
    """Return how many records are here."""
    count: int = _pages_of(search).aggregate(all=Sum("count"))["all"] or 0
    return count


def _pages_of(search: Search) -> Any:
    return Page.objects.filter(search=search).order_by("number")
