"""One run: each kind of database, each size, each goal that was asked for."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from redis import Redis

from bench.comparison import between_sizes
from bench.cost import Effort
from bench.databases import Kind, Postgresql, Sqlite
from bench.figures import Figure
from bench.goals import (
    charts,
    imports,
    members,
    memory,
    pages,
    people,
    queries,
    readings,
    rights,
    transfer,
)
from bench.installation import Installer, floors
from bench.scenes import PagesScene, Scene, pages_scene, readings_scene
from bench.server import Server
from bench.vonage import Vonage, vonage
from tools import services

Goals = frozenset[int]
M = TypeVar("M")

# In this order: memory first, while a worker has done nothing else.
ABOUT_PAGES: tuple[tuple[Goals, Callable[[PagesScene], Iterator[Figure]]], ...] = (
    (frozenset({9}), memory.of_the_web),
    (frozenset({1, 2, 3, 4, 6}), pages.the_measure),
    (frozenset({1, 6}), pages.cheapest),
    (frozenset({2, 3}), pages.lists),
    (frozenset({2, 3}), members.lists),
    (frozenset({4}), pages.searches),
    (frozenset({4}), members.searches),
    (frozenset({5}), queries.asked),
    (frozenset({5}), members.asked),
    (frozenset({6}), transfer.sizes),
    (frozenset({11}), charts.drawn),
    (frozenset({12}), people.waits),
    # Last: a large team stays behind.
    (frozenset({13}), rights.changes),
)
ABOUT_READINGS: tuple[tuple[Goals, Callable[[Scene], Iterator[Figure]]], ...] = (
    (frozenset({9}), memory.of_a_reading),
    (frozenset({7}), readings.costs),
    (frozenset({8}), readings.writes),
    (frozenset({14}), imports.of_a_report),
)
FEW = 100
"""Accounts of the installation whose web worker is compared with that of the largest."""


@dataclass(frozen=True)
class Wanted:
    """What to measure: databases are `sqlite` and `postgresql`, sizes are numbers of accounts."""

    databases: Sequence[str]
    sizes: Sequence[int]
    goals: Goals
    effort: Effort


@dataclass(frozen=True)
class Run:
    """A run on one kind of database."""

    wanted: Wanted
    kind: Kind
    installer: Installer
    vonage: Vonage

    def figures(self) -> Iterator[Figure]:
        """Measure at every size."""
        if self._asked(ABOUT_PAGES):
            few = {FEW} if self.wanted.goals & {9} else set()
            with floors(self.kind, 1, 8) as servers:
                for accounts in sorted({*few, *self.wanted.sizes}):
                    yield from self._of_pages(accounts, servers)
        if self._asked(ABOUT_READINGS):
            for accounts in self.wanted.sizes:
                yield from self._of_readings(accounts)

    def _of_pages(self, accounts: int, servers: Sequence[Server]) -> Iterator[Figure]:
        measures = self._asked(ABOUT_PAGES)
        if accounts not in self.wanted.sizes:
            measures = [memory.of_the_web]
        with pages_scene(
            self.installer,
            kind=self.kind,
            accounts=accounts,
            effort=self.wanted.effort,
            vonage=self.vonage,
            floors=servers,
        ) as scene:
            for measure in measures:
                yield from measure(scene)

    def _of_readings(self, accounts: int) -> Iterator[Figure]:
        with readings_scene(
            self.installer,
            kind=self.kind,
            accounts=accounts,
            effort=self.wanted.effort,
            vonage=self.vonage,
        ) as scene:
            for measure in self._asked(ABOUT_READINGS):
                yield from measure(scene)

    def _asked(self, table: Iterable[tuple[Goals, M]]) -> list[M]:
        return [measure for goals, measure in table if goals & self.wanted.goals]


def run(wanted: Wanted) -> Iterator[Figure]:
    """Start what is needed, measure, and yield figures as they come."""
    for database in wanted.databases:
        found = []
        for figure in _on(database, wanted):
            found.append(figure)
            yield figure
        yield from between_sizes(found)


def _on(database: str, wanted: Wanted) -> Iterator[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o711)  # PostgreSQL's own account goes through it
        redis = stack.enter_context(services.redis(folder))
        at_vonage = stack.enter_context(vonage())
        kind: Kind
        if database == "sqlite":
            kind = Sqlite(folder)
        else:
            kind = Postgresql(folder, stack.enter_context(services.postgresql(folder)))
        installer = Installer(
            kind, folder=folder, redis_url=redis, redis_pid=_pid(redis), vonage=at_vonage
        )
        yield from Run(wanted, kind, installer, at_vonage).figures()


def _pid(url: str) -> int:
    with Redis.from_url(url) as redis:
        return int(redis.info("server")["process_id"])
