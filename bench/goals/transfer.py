"""Goal 6: what goes over the line, headers included."""

import gzip
import re
from collections.abc import Iterator

import brotli

from bench.connection import Answer, Connection
from bench.figures import Figure
from bench.scenes import PagesScene

KB = 1000
PAGES = {"list": 6 * KB, "overview": 15 * KB, "account": 15 * KB}
PART = 4 * KB
POLL = 1 * KB
ASSETS = 130 * KB
_LEVEL = 6  # of gzip: what proxies take by default or close to it
_QUALITY = 5  # of brotli, likewise
_FILES = re.compile(r'(?:<link rel="stylesheet" href|<script src|data-src)="([^"]+)"')


def sizes(scene: PagesScene) -> Iterator[Figure]:
    """Measure pages as a proxy in front compresses them, and files as they are sent."""
    with scene.web.connect() as connection:
        for name, limit in PAGES.items():
            answer = connection.get(scene.addresses[name])
            yield from _compressed(scene, name, answer, limit)
        part = connection.get(scene.addresses["list"], hx_request="true")
        yield from _compressed(scene, "list, the part for htmx", part, PART)
        poll = connection.get(scene.addresses["poll"], hx_request="true")
        yield scene.figure(6, "a poll, nothing new", poll.size, "bytes", limit=POLL)
        yield from _assets(scene, connection)


def _compressed(scene: PagesScene, name: str, answer: Answer, limit: float) -> Iterator[Figure]:
    head = len(answer.head)
    zipped = head + len(gzip.compress(answer.body, _LEVEL))
    yield scene.figure(6, f"{name}, gzip", zipped, "bytes", limit=limit)
    brotlied = head + len(brotli.compress(answer.body, quality=_QUALITY))
    yield scene.figure(6, f"{name}, brotli", brotlied, "bytes")


def _assets(scene: PagesScene, connection: Connection) -> Iterator[Figure]:
    """Measure the files of a first visit, which ends on the overview.

    On one machine, where they never leave it, they are neither packed nor kept for ever.
    """
    page = connection.get(scene.addresses["overview"]).body.decode()
    in_production = scene.kind.label == "PostgreSQL"
    for encoding in ("gzip", "br"):
        files = [connection.get(path, accept_encoding=encoding) for path in _FILES.findall(page)]
        total = sum(len(file.body) for file in files)
        limit = ASSETS if in_production else None
        yield scene.figure(6, f"all CSS and JS, {encoding}", total, "bytes", limit=limit)
    changing = sum("immutable" not in file.header("cache-control") for file in files)
    limit = 0 if in_production else None
    yield scene.figure(6, "of these, asked for again", changing, "files", limit=limit)
