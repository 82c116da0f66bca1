"""Records as lines of the table, and as lines of a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from log_search import keeping
from log_search.keeping import Placed
from log_search.models import Search
from usage.personal import Cell, Eyes

_FROM = ("from",)
_TO = ("to", "number", "msisdn")
_COUNTRY = ("country_name", "country", "country_code")


class Line(NamedTuple):
    """A record in the table."""

    place: int
    at: datetime | None
    sender: Cell
    receiver: Cell
    status: Cell
    country: Cell
    id: Cell


def line(eyes: Eyes, placed: Placed) -> Line:
    """Return a record as a person may read it in the table."""

    def first(names: tuple[str, ...]) -> Cell:
        cells = (eyes.cell(placed.record, name) for name in names)
        return next((each for each in cells if each.text), Cell(names[0], ""))

    return Line(
        place=placed.place,
        at=placed.at,
        sender=first(_FROM),
        receiver=first(_TO),
        status=first(("status",)),
        country=first(_COUNTRY),
        id=first(("id", "message_id", "call_id")),
    )


def table(search: Search, eyes: Eyes) -> Iterator[list[str]]:
    """Yield all records as lines of a file, the names of the columns first.

    Reads the pages twice, since a column may begin on any of them.
    """
    columns = _columns(search, eyes)
    yield columns
    for record in keeping.everything(search):
        yield [eyes.cell(record, name).text for name in columns]


def _columns(search: Search, eyes: Eyes) -> list[str]:
    names = dict.fromkeys(name for each in keeping.everything(search) for name in each)
    return [name for name in names if eyes.sees_column(name)]
