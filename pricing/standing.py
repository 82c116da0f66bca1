"""How old the prices are, and what is wrong where they are old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from pricing.models import PriceBook, PriceList
from pricing.products import PRODUCTS
from teams.policy import Actor

OLD = timedelta(hours=36)
"""Prices are read once a day; those that are older are called old."""

SOON = timedelta(minutes=2)
"""So long after they were asked for, a worker is waited for."""


class Level(StrEnum):
    """How far the prices can be relied on."""

    NEVER = "never"
    FRESH = "fresh"
    OLD = "old"
    FAILED = "failed"


@dataclass(frozen=True)
class Standing:
    """What the page says about the age of its figures. All times by when Vonage was asked.

    read_at: of the product that was read longest ago; None where one was never read.
    """

    lists: list[PriceList]
    is_reading: bool
    now: datetime

    @property
    def failed(self) -> list[PriceList]:
        """The products that could not be read the last time."""
        return [each for each in self.lists if each.fault]

    @property
    def is_old(self) -> set[str]:
        """The products whose prices may be wrong by now."""
        return {
            each.product
            for each in self.lists
            if each.read_at and (each.fault or each.read_at < self.now - OLD)
        }

    @property
    def read_at(self) -> datetime | None:
        """When the oldest prices were read; None where nothing was."""
        return min((each.read_at for each in self.lists if each.read_at), default=None)

    @property
    def level(self) -> Level:
        """How far they can be relied on."""
        if self.failed:
            return Level.FAILED
        if not self.read_at:
            return Level.NEVER
        return Level.OLD if self.is_old else Level.FRESH

    @property
    def version(self) -> str:
        """What tells one state from the next; open pages ask with it."""
        tried = max((each.tried_at.timestamp() for each in self.lists), default=0)
        return f"{int(tried * 1000):x}-{self.level}-{int(self.is_reading)}"


def standing_of(actor: Actor) -> Standing:
    """Return how the workspace's prices stand. Two queries."""
    rows = PriceList.objects.filter(workspace=actor.workspace, product__in=PRODUCTS)
    order = list(PRODUCTS)
    lists = sorted(rows, key=lambda each: order.index(each.product))
    book = PriceBook.objects.filter(workspace=actor.workspace).first()
    now = timezone.now()
    return Standing(lists, is_reading=book is not None and _is_being_read(book, now), now=now)


def _is_being_read(book: PriceBook, now: datetime) -> bool:
    """Return whether a process reads, or is about to."""
    return book.is_claimed(now) or book.due_at <= now < book.due_at + SOON
