"""Goals 7 and 8: what a reading costs, and what it writes."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from bench.databases import Postgresql
from bench.figures import Figure
from bench.inside import Inside
from bench.processes import cpu_seconds
from bench.scenes import Scene
from simulator.exchange import Body

LIMITS = {
    "PostgreSQL": {"0 %": 2.0, "0 %, in other bytes": 2.0, "5 %": 3.0, "100 %": 8.0},
    "SQLite": {"0 %": 1.0, "0 %, in other bytes": 1.0, "5 %": 1.5, "100 %": 3.0},
}
LARGE = 10_000
"""A reading of fewer accounts mostly costs what a reading costs anyhow."""

ROWS = 2
UNCHANGED_LOG = 32 * 1024
CHANGED_LOG = 1024


@dataclass(frozen=True)
class Spent:
    """Seconds."""

    cpu: float
    wall: float


def costs(scene: Scene) -> Iterator[Figure]:
    """Goal 7. F(N) is measured in turns with the readings."""
    for name, pair in _changes(scene).items():
        base, ours = _in_turns(scene, pair)
        yield scene.figure(
            7,
            f"{name} changed",
            ours.cpu * 1000,
            "ms CPU",
            ratio=ours.cpu / base.cpu,
            to="F(N)",
            limit=LIMITS[scene.kind.label][name] if scene.accounts >= LARGE else None,
        )
        yield scene.figure(
            7,
            f"{name} changed, by the clock",
            ours.wall * 1000,
            "ms",
            ratio=ours.wall / base.wall,
            to="F(N) by the clock",
        )
    yield scene.figure(7, "F(N)", base.cpu * 1000, "ms CPU")


def writes(scene: Scene) -> Iterator[Figure]:
    """Goal 8, after a first round of each so that nothing is measured that happens once."""
    first, some = scene.bodies.first, scene.bodies.some
    measure = _postgresql_writes if isinstance(scene.kind, Postgresql) else _sqlite_writes
    _read(scene, some)
    _read(scene, first)
    rows, log = measure(scene, first)
    yield scene.figure(8, "rows written, nothing changed", sum(rows.values()), "rows", limit=ROWS)
    yield scene.figure(8, "log, nothing changed", log, "bytes", limit=UNCHANGED_LOG)
    rows, log = measure(scene, some)
    moved = scene.bodies.moved["some"]
    yield scene.figure(8, "log, per changed balance", log / moved, "bytes", limit=CHANGED_LOG)
    # A balance and a reading for each that moved, a total, and the mirror when it is taken and
    # when it is written.
    idle = sum(rows.values()) - 2 * moved - 1 - ROWS
    yield scene.figure(8, "rows written that did not change, 5 %", idle, "rows", limit=0)


def _changes(scene: Scene) -> dict[str, tuple[Body, Body]]:
    """Return the two answers that come in turns."""
    at = scene.bodies
    return {
        "0 %": (at.first, at.first),
        "0 %, in other bytes": (at.respaced, at.first),
        "5 %": (at.some, at.first),
        "100 %": (at.all, at.first),
    }


def _in_turns(scene: Scene, pair: tuple[Body, Body]) -> tuple[Spent, Spent]:
    """Return the least that F(N) and a reading of one of the two answers cost."""
    _read(scene, pair[1])
    base, ours = [], []
    with NamedTemporaryFile() as file, Inside("bench.sync_floor", {}) as floor:
        file.write(pair[0].plain)
        file.flush()
        url = scene.installation.database.url
        pid = floor.do("prepare", path=file.name, url=url)
        for turn in range(2 * scene.effort.syncs):
            base.append(_spent(lambda: floor.do("load_and_insert"), (floor.pid, pid)))
            floor.do("empty")
            ours.append(_read(scene, pair[turn % 2]))
    return _least(base), _least(ours)


def _least(rounds: list[Spent]) -> Spent:
    return Spent(min(each.cpu for each in rounds), min(each.wall for each in rounds))


def _read(scene: Scene, body: Body) -> Spent:
    """Have the answer read; return what the reader and its connection to the database spent."""
    scene.vonage.body = body
    scene.inside.do("make_due")
    pids = (scene.inside.pid, scene.inside.do("database_pid"))
    return _spent(lambda: _must(scene.inside.do("read")), pids)


def _spent(work: Callable[[], object], pids: tuple[int, int]) -> Spent:
    busy = [pid for pid in pids if pid]
    before, started = sum(map(cpu_seconds, busy)), time.perf_counter()
    work()
    wall = time.perf_counter() - started
    return Spent(sum(map(cpu_seconds, busy)) - before, wall)


def _must(worked: bool) -> None:  # noqa: FBT001 - the result of a chore
    if not worked:
        raise RuntimeError("a reading failed")


def _postgresql_writes(scene: Scene, body: Body) -> tuple[dict[str, int], int]:
    """Return the rows written by table and the bytes of the log."""
    assert isinstance(scene.kind, Postgresql)  # noqa: S101 - for the type checker
    scene.vonage.body = body
    scene.inside.do("make_due")
    scene.inside.do("hang_up")  # the database then knows its statistics
    before = scene.kind.rows_written(scene.installation.database)
    position = scene.kind.wal_position()
    scene.inside.do("read")
    log = scene.kind.wal_position() - position
    scene.inside.do("hang_up")
    after = scene.kind.rows_written(scene.installation.database)
    return {name: after[name] - before.get(name, 0) for name in after}, log


def _sqlite_writes(scene: Scene, body: Body) -> tuple[dict[str, int], int]:
    """Return the rows written, and the size of the log that was empty before."""
    path = Path(scene.installation.database.url.removeprefix("sqlite:///"))
    scene.vonage.body = body
    scene.inside.do("make_due")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = scene.inside.do("count_writes")
    scene.inside.do("read")
    log = path.with_name(path.name + "-wal").stat().st_size
    return {"all": scene.inside.do("count_writes") - before}, log
