"""A zip that is sent while it is made: one file of it in memory at a time. Plain Python."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date


class _Outlet(io.RawIOBase):
    """Takes what the zip writes, until it is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Return that it can be written to; it cannot be sought in."""
        return True

    def write(self, data: object, /) -> int:
        """Keep the bytes."""
        part = bytes(memoryview(data))  # type: ignore[arg-type] # whatever has bytes
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = b"".join(self._parts), []
        return parts


def archive(files: Iterable[tuple[str, bytes]], day: date) -> Iterator[bytes]:
    """Yield a zip of these files, all dated `day`, piece by piece."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files:
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
            yield outlet.take()
    yield outlet.take()
