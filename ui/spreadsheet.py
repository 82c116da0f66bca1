"""Cells of CSV files that a spreadsheet opens: text stays text, whatever it begins with.

A cell that begins with `=` or the like is a formula for a spreadsheet, and names come from outside.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

Cell = str | int | Decimal | None

# The full-width forms are taken for the narrow ones. What follows a quote or a separator may begin
# a cell of its own where the file is read with other separators than it was written with.
_FORMULA = re.compile("(^|[\"',;|\t\r\n])(?=\\s*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def plain(value: Cell) -> Cell:
    """Return what a spreadsheet shows as it is: text behind an apostrophe where it would calculate.

    Numbers are handed on, so that they can be added up.
    """
    return _FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def lines(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Yield the rows as lines of CSV, one at a time; every text is in quotes."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_NONNUMERIC)
    for row in rows:
        yield writer.writerow(["" if each is None else plain(each) for each in row])


class _Echo:
    """A file that hands on what is written to it."""

    def write(self, line: str) -> str:
        return line
