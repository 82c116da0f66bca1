"""A report's zip: saved piece by piece, checked, and read without ever being unpacked on disk."""

import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from vonage_api.errors import Malformed, TooLarge

LARGEST_CONTENT = 16 * 1024**3  # bytes, unpacked and added up
HIGHEST_RATIO = 200  # times that a file may grow; tables of usage grow about 20 times
MOST_FILES = 2_000

_ENCRYPTED = 0x1  # a bit of the zip's flags
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_SPOILT = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


class ReportFile:
    """A checked zip of CSV tables. names: plain file names, in the order of the zip."""

    def __init__(self, path: Path, names: tuple[str, ...]) -> None:
        self.path = path
        self.names = names

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open one table, unpacked while it is read: no more than the zip announced.

        Its first row names the columns, every cell is quoted, times end in +00:00. The stream
        may raise `zipfile.BadZipFile` where the packed data is spoilt.
        """
        with zipfile.ZipFile(self.path) as archive, archive.open(name) as stream:
            yield stream


def save(pieces: Iterator[bytes], *, to: Path, max_bytes: int) -> ReportFile:
    """Write the pieces as `to`, which appears only when all have come and the zip is sound.

    Raises what `pieces` raises, `TooLarge`, `Malformed`, or `OSError` from the disk.
    """
    handle, name = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _write(pieces, file, max_bytes)
        names = check(part)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    return ReportFile(to, names)


def check(path: Path) -> tuple[str, ...]:
    """Return the names of a sound zip's files. Raises `Malformed` for any other."""
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except _SPOILT:
        members = []
    problem = _problem(members, size)
    if problem:
        raise Malformed(problem)
    return tuple(member.filename for member in members)


def _write(pieces: Iterator[bytes], file: IO[bytes], max_bytes: int) -> None:
    held = 0
    for piece in pieces:
        held += len(piece)
        if held > max_bytes:
            raise TooLarge(limit=max_bytes)
        file.write(piece)


def _problem(members: list[zipfile.ZipInfo], size: int) -> str | None:
    if not 1 <= len(members) <= MOST_FILES:
        return "the file is no zip, or holds no tables, or too many"
    if len({member.filename for member in members}) != len(members):
        return "the zip holds two files of one name"
    if not all(map(_plain, members)):
        return "the zip holds something else than plain files"
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    # Files that share their packed data add up to more than the zip.
    if packed > size or unpacked > min(LARGEST_CONTENT, HIGHEST_RATIO * max(packed, 1024)):
        return "the zip would grow beyond measure"
    return None


def _plain(member: zipfile.ZipInfo) -> bool:
    mode = member.external_attr >> 16
    return (
        PurePosixPath(member.filename).name == member.filename
        and member.filename.isprintable()
        and not set(member.filename) & set("\\:")
        and member.filename not in {"", ".", ".."}
        and not (stat.S_IFMT(mode) and not stat.S_ISREG(mode))
        and not member.flag_bits & _ENCRYPTED
        and member.compress_type in _METHODS
    )
