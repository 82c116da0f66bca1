"""One page of the activity, or all of it page by page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from dashboard.activity import wanted as rows_of
from dashboard.activity.happening import Happening, happening_of
from dashboard.activity.position import BOOK, OBSERVED, REMOTE, Position, Source
from dashboard.activity.wanted import Wanted
from teams.policy import Actor

PAGE = 50
CHUNK = 1_000
"""So many rows are in memory while everything is exported."""


@dataclass(frozen=True)
class Page:
    """Some of the list, newest first, and where its neighbours begin."""

    happenings: list[Happening]
    older: Position | None = None
    newer: Position | None = None


def page(actor: Actor, wanted: Wanted, *, size: int = PAGE) -> Page:
    """Return one page of what the person asks for and may read, in three queries."""
    newest_first = wanted.newer is None
    cut = wanted.older if newest_first else wanted.newer
    found = _found(actor, wanted, cut, size=size, newest_first=newest_first)
    more, found = len(found) > size, found[:size]
    if not newest_first:
        found.reverse()
    has_older, has_newer = (more, cut is not None) if newest_first else (True, more)
    return Page(
        happenings=[happening_of(row, actor) for _, row in found],
        older=_place(found[-1]) if found and has_older else None,
        newer=_place(found[0]) if found and has_newer else None,
    )


def everything(actor: Actor, wanted: Wanted) -> Iterator[Happening]:
    """Yield all that the person asks for and may read, newest first, a chunk at a time."""
    wanted = replace(wanted, older=None, newer=None)
    while True:
        found = page(actor, wanted, size=CHUNK)
        yield from found.happenings
        if found.older is None:
            return
        wanted = replace(wanted, older=found.older)


def _found(
    actor: Actor, wanted: Wanted, cut: Position | None, *, size: int, newest_first: bool
) -> list[tuple[Source, Any]]:
    """Return up to one row more than a page has, in the order asked for."""
    book = rows_of.entries(actor, wanted)
    observed = rows_of.observations(actor, wanted).select_related("account")
    remote = rows_of.remote_events(actor, wanted)
    found = []
    for source, rows in ((BOOK, book), (OBSERVED, observed), (REMOTE, remote)):
        beyond = cut.beyond(rows, source, newest_first=newest_first) if cut else rows
        ordered = beyond.order_by(*source.ordering(newest_first=newest_first))[: size + 1]
        found.append([(source, row) for row in ordered])
    if not newest_first:
        found.reverse()
    # Sorting leaves rows of the same moment as they stand: the book before what is of Vonage.
    merged = sorted(chain(*found), key=_moment, reverse=newest_first)
    return merged[: size + 1]


def _moment(found: tuple[Source, Any]) -> Any:
    return found[1].at


def _place(found: tuple[Source, Any]) -> Position:
    source, row = found
    return Position.of(row, source)
