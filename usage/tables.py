"""A report's tables, row by row: never more than a row of them in memory."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from usage.personal import Eyes, Seen
from vonage_api.report_files import ReportFile, check

__all__ = ["SPOILT", "Rows", "check", "joined", "tables"]

SPOILT = (zipfile.BadZipFile, zlib.error, EOFError, csv.Error, OSError)
"""What reading the rows may raise."""
Rows = Iterator[list[str]]


def tables(path: Path) -> Iterator[Rows]:
    """Yield the rows of each table of a zip, the names of its columns first.

    Raises `Malformed` or `OSError`; the rows may raise one of `SPOILT`.
    """
    found = ReportFile(path, check(path))
    for name in found.names:
        with found.open(name) as stream:
            yield csv.reader(io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline=""))


def joined(path: Path, eyes: Eyes) -> Rows:
    """Yield the rows of all tables as one, as a person may read them.

    The columns are named once, and again where they are others.
    """
    before: list[str] | None = None
    for rows in tables(path):
        head = next(rows, None)
        if head is None:
            continue
        seen = Seen(head, eyes)
        if seen.names != before:
            yield seen.names
        before = seen.names
        yield from map(seen.cells, rows)
