"""Tables as files. What people or Vonage wrote never becomes a formula in a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse

Cell = str | int | Decimal

_BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""
# At the beginning, and behind what another program may take for the end of a cell.
_FORMULA = re.compile(r"""(^|[,;|\t\r\n"])(?=\s*[=+\-@＝＋－＠]|[\t\r])""")  # noqa: RUF001 - wide ones


class _Echo:
    """Gives back what is written, so that a row goes out as soon as it is made."""

    def write(self, text: str) -> str:
        return text


def neutral(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet computes it; numbers stay numbers."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell


def lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the rows as lines of CSV, one by one."""
    writer = csv.writer(_Echo())
    yield _BYTE_ORDER_MARK
    for row in rows:
        yield writer.writerow([neutral(cell) for cell in row])


def csv_response(name: str, rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """Return the rows as a file to be saved as `name` + `.csv`, sent while they are made."""
    safe = re.sub(r"[^\w-]+", "-", name, flags=re.ASCII)
    headers = {"Content-Disposition": f'attachment; filename="{safe}.csv"'}
    return StreamingHttpResponse(
        lines(rows), content_type="text/csv; charset=utf-8", headers=headers
    )
