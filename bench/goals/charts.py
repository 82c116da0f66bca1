"""Goal 11: charts of thirty days, of one account, of all, and of what a member sees."""

from collections.abc import Iterator

from bench import cost
from bench.figures import Figure
from bench.scenes import PagesScene

COST, POINTS, SIZE = 2.5, 720, 12.0
OF = ("one account", "the fleet", "a member")


def drawn(scene: PagesScene) -> Iterator[Figure]:
    """Return what each chart adds to a page that does nothing, its points, and its size."""
    floor = cost.least(scene.floor, cost.NOTHING, effort=scene.effort)
    for name in OF:
        chart = scene.inside.do("chart", of=name, times=scene.effort.requests)
        spent = floor + chart["ms"]
        yield scene.figure(
            11, f"chart of {name}", spent, "ms", ratio=spent / floor, to="U", limit=COST
        )
        yield scene.figure(11, f"chart of {name}: points", chart["points"], "points", limit=POINTS)
        yield scene.figure(11, f"chart of {name}: size", chart["kB"], "kB gzip", limit=SIZE)
