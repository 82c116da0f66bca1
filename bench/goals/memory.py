"""Goal 9: how much memory it takes."""

from collections.abc import Iterator

from bench.cost import visit
from bench.figures import Figure
from bench.processes import forget_peak, peak_bytes, resident_bytes
from bench.scenes import PagesScene, Scene
from bench.server import Server

MIB = 2**20
PER_BODY = 7.0
PER_FLOOR = 1.5
APART = 5.0
VISITED = (
    "list",
    "middle page",
    "last page",
    "by spendable",
    "search, 10 % fit",
    "poll",
)
_ROUNDS = 5


def of_a_reading(scene: Scene) -> Iterator[Figure]:
    """Measure the peak of a process that has not read before, when all balances have moved."""
    body = scene.bodies.all
    with scene.installation.inside() as fresh:
        fresh.do("make_due")
        scene.vonage.body = body
        idle = resident_bytes(fresh.pid)
        forget_peak(fresh.pid)
        fresh.do("read")
        peak = peak_bytes(fresh.pid) - idle
        left = resident_bytes(fresh.pid) - idle
    size = len(body.plain)
    ratio = {"to": "the body", "limit": PER_BODY}
    yield scene.figure(9, "a reading, peak", peak / MIB, "MiB", ratio=peak / size, **ratio)
    yield scene.figure(9, "a reading, kept afterwards", left / MIB, "MiB")


def of_the_web(scene: PagesScene) -> Iterator[Figure]:
    """Measure the web worker after some visits, in terms of the floor's."""
    ours, base = after_visits(scene.web, scene), scene.floor.resident / MIB
    yield scene.figure(
        9, "a web worker", ours, "MiB", ratio=ours / base, to="the floor's", limit=PER_FLOOR
    )


def after_visits(web: Server, scene: PagesScene) -> float:
    """Return the MiB of a web worker after the same visits."""
    with web.connect() as connection:
        for name in VISITED * _ROUNDS:
            visit(connection, scene.addresses[name])
    return web.resident / MIB
