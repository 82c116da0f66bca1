"""Where a list is cut: after a row, named by its time and by what tells rows of one time apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Q

PAGE = 50
_SEPARATOR = "~"


class Page(NamedTuple):
    """Rows, newest first, and the place of the last one where more follow."""

    rows: list[Any]
    older: str


@dataclass(frozen=True)
class Order:
    """A list by this time, newest first, and by two columns that whoever sees a row may know."""

    time: str
    columns: tuple[str, str]

    def page(self, rows: Any, older: str, size: int = PAGE) -> Page:
        """Return the rows behind the place that an address carries; the first ones without."""
        ordered = rows.order_by(f"-{self.time}", *self.columns)
        place = _read(older)
        if place:
            ordered = ordered.filter(self._behind(*place))
        found = list(ordered[: size + 1])
        more, found = len(found) > size, found[:size]
        return Page(found, self._place(found[-1]) if more else "")

    def _behind(self, at: datetime, values: Sequence[str]) -> Q:
        first, second = self.columns
        later = Q((f"{first}__gt", values[0])) | Q((first, values[0]), (f"{second}__gt", values[1]))
        # Said twice, so that the index by time is walked from here on.
        return Q((f"{self.time}__lte", at)) & (
            Q((f"{self.time}__lt", at)) | Q((self.time, at)) & later
        )

    def _place(self, row: Any) -> str:
        at = _value(row, self.time)
        return _SEPARATOR.join((at.isoformat(), *(_value(row, each) for each in self.columns)))


def _read(text: str) -> tuple[datetime, list[str]] | None:
    time, *values = text.split(_SEPARATOR, 2)
    try:
        at = datetime.fromisoformat(time)
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return (at, values) if len(values) == 2 and at.tzinfo and "\0" not in text else None  # noqa: PLR2004 - the columns


def _value(row: Any, column: str) -> Any:
    for name in column.split("__"):
        row = getattr(row, name)
    return row
