"""The lists of prices and of their changes, page by page."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db.models import QuerySet

from pricing import searching
from pricing.models import Price, PriceChange
from teams.policy import Actor

PAGE = 50
_AT_ONCE = 1_000

Wanted = Mapping[str, str]


class Page(NamedTuple):
    """Some prices of those that were asked for."""

    lines: list[Price]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(-(-self.total // PAGE), 1)

    @property
    def text(self) -> str:
        """How many there are, and which page this is."""
        prices = f"{self.total:,} price{'' if self.total == 1 else 's'}"
        return prices if self.last == 1 else f"{prices}, page {self.number:,} of {self.last:,}"


class Changes(NamedTuple):
    """Some changes, and the last one's id where more follow."""

    lines: list[PriceChange]
    before: int | None


def page(actor: Actor, wanted: Wanted, number: int) -> Page:
    """Return a page of the prices, from 1 on; the last one where there are fewer.

    At most five queries.
    """
    rows = _prices(actor, wanted)
    total = rows.count()
    number = max(min(number, -(-total // PAGE)), 1)
    lines = list(rows.order_by("listing_key", "pk")[PAGE * (number - 1) : PAGE * number])
    return Page(lines, number, total)


def everything(actor: Actor, wanted: Wanted) -> Iterator[Price]:
    """Return all of them, some at a time."""
    rows = _prices(actor, wanted).order_by("listing_key", "pk")
    return rows.iterator(chunk_size=_AT_ONCE)


def changes(actor: Actor, wanted: Wanted, before: int | None) -> Changes:
    """Return a page of the changes, newest first. At most two queries."""
    rows = PriceChange.objects.filter(workspace=actor.workspace)
    if product := wanted.get("product"):
        rows = rows.filter(product=product)
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    if text := wanted.get("q"):
        rows = rows.filter(searching.concerned(rows, text))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return Changes(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def _prices(actor: Actor, wanted: Wanted) -> QuerySet[Price]:
    rows = Price.objects.filter(workspace=actor.workspace)
    if product := wanted.get("product"):
        rows = rows.filter(product=product)
    if text := wanted.get("q"):
        rows = rows.filter(searching.meant(rows, text))
    return rows
