"""Where a page of the activity is cut (keyset paging).

Three tables make one list: by time, at the same moment the audit book first, what Vonage recorded
last, then by columns of each table that tell its rows apart and that whoever sees a row may know.
Numbers of rows are not among them: how many there are between two is nobody's business who does
not see these.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from django.db.models import Q, QuerySet


class Source(NamedTuple):
    """A table of the list: its letter in addresses, and what tells rows of one moment apart."""

    letter: str
    columns: tuple[str, ...]

    def ordering(self, *, newest_first: bool) -> list[str]:
        """Return the arguments of `order_by`."""
        sign = "" if newest_first else "-"
        return ["-at" if newest_first else "at", *(f"{sign}{column}" for column in self.columns)]


BOOK = Source("b", ("hash",))
OBSERVED = Source("v", ("kind", "account__api_key"))
REMOTE = Source("e", ("remote_id",))
SOURCES = (BOOK, OBSERVED, REMOTE)

_SEPARATOR = "~"


@dataclass(frozen=True)
class Position:
    """The place of one row in the list."""

    at: datetime
    source: Source
    values: tuple[str, ...]

    @classmethod
    def of(cls, row: Any, source: Source) -> "Position":
        """Return the place of a row."""
        return cls(row.at, source, tuple(_value(row, column) for column in source.columns))

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Return the place that `str` wrote; raise `ValueError` where it is none."""
        time, letter, rest = text.split(_SEPARATOR, 2)
        source = next((each for each in SOURCES if each.letter == letter), None)
        at = datetime.fromisoformat(time)
        if source is None or at.tzinfo is None:
            raise ValueError(text)
        try:
            at.astimezone(UTC)
        except OverflowError:
            raise ValueError(text) from None
        values = tuple(rest.split(_SEPARATOR, len(source.columns) - 1))
        if len(values) != len(source.columns):
            raise ValueError(text)
        return cls(at, source, values)

    def __str__(self) -> str:
        return _SEPARATOR.join((self.at.isoformat(), self.source.letter, *self.values))

    def beyond(self, rows: QuerySet[Any], source: Source, *, newest_first: bool) -> QuerySet[Any]:
        """Return the rows of `source` that come after this place, older or newer ones."""
        earlier = "lt" if newest_first else "gt"
        before, after = SOURCES.index(self.source), SOURCES.index(source)
        if before == after:
            ties = _later(source.columns, self.values, "gt" if newest_first else "lt")
            same_moment = Q(at=self.at) & ties
            # Said twice, so that the index by time is walked from here on.
            return rows.filter(
                Q((f"at__{earlier}e", self.at)) & (Q((f"at__{earlier}", self.at)) | same_moment)
            )
        inclusive = "e" if (after > before) is newest_first else ""
        return rows.filter((f"at__{earlier}{inclusive}", self.at))


def _value(row: Any, column: str) -> str:
    for name in column.split("__"):
        row = getattr(row, name)
    return cast("str", row)


def _later(columns: tuple[str, ...], values: tuple[str, ...], way: str) -> Q:
    """Return that a row's columns come after these values."""
    column, value = columns[0], values[0]
    beyond = Q((f"{column}__{way}", value))
    if len(columns) == 1:
        return beyond
    return beyond | (Q((column, value)) & _later(columns[1:], values[1:], way))
