"""Goals 1 to 4: what pages cost."""

from collections.abc import Iterator

from bench import cost
from bench.figures import Figure
from bench.scenes import PagesScene

LIST = 3.0
SEARCH = 3.5
SHORT_SEARCH = 6.0
NEIGHBOURS = 1.2
"""The middle and the last page may cost so many times the first."""

LISTS = ("list", "by spendable", "suspended", "below zero", "low", "own balance")
OTHERS = ("overview", "account", "team", "activity", "profile")
SEARCHES = (
    "search, one fits",
    "search, 10 % fit",
    "search, 10 % fit, from the end",
    "search, 10 % fit, by spendable",
    "search, none fits",
    "search, one fits, by spendable",
)
SHORT_SEARCHES = (
    "search, 1 character",
    "search, 2 characters",
    "search, 2 characters, none fits",
    "search, 2 characters, by spendable",
)
DEEP = {
    "middle page": "list",
    "last page": "list",
    "by spendable, middle page": "by spendable",
    "by spendable, last page": "by spendable",
}


def the_measure(scene: PagesScene) -> Iterator[Figure]:
    """Check the measure: a view that does not ask who comes costs 0.25 ± 0.05 U."""
    known = cost.least(scene.floor, cost.NOTHING, effort=scene.effort)
    ratio = cost.least(scene.floor, "/stranger/", effort=scene.effort) / known
    yield scene.figure(0, "U: a view that only finds out who it is", known, "ms CPU")
    yield scene.figure(0, "without finding out", known * ratio, "ms CPU", ratio=ratio, to="U")


def cheapest(scene: PagesScene) -> Iterator[Figure]:
    """Goal 1."""
    yield _cost(scene, 1, "poll", 1.2, said="an open page asks and nothing is new")


def lists(scene: PagesScene) -> Iterator[Figure]:
    """Goals 2 and 3, with the other pages for comparison."""
    firsts = {name: _cost(scene, 2, name, LIST) for name in LISTS}
    yield from firsts.values()
    yield _throughput(scene)
    yield from (_cost(scene, 2, name, None) for name in OTHERS)
    for name, first in DEEP.items():
        deep = _cost(scene, 3, name, None)
        ratio = deep.judged / firsts[first].judged
        yield scene.figure(
            3, name, deep.value, "ms CPU", ratio=ratio, to="the first page", limit=NEIGHBOURS
        )


def searches(scene: PagesScene) -> Iterator[Figure]:
    """Goal 4."""
    yield from (_cost(scene, 4, name, SEARCH) for name in SEARCHES)
    yield from (_cost(scene, 4, name, SHORT_SEARCH) for name in SHORT_SEARCHES)
    yield _cost(scene, 4, "search, 5 % fit, all far behind", None)


def _cost(
    scene: PagesScene, goal: int, name: str, limit: float | None, *, said: str = ""
) -> Figure:
    path = scene.addresses[name]
    spent, ratio = cost.in_floors(scene.web, path, floor=scene.floor, effort=scene.effort)
    return scene.figure(goal, said or name, spent, "ms CPU", ratio=ratio, to="U", limit=limit)


def _throughput(scene: PagesScene) -> Figure:
    seconds = scene.effort.seconds
    ours = cost.per_second(scene.busy_web, scene.addresses["list"], seconds=seconds)
    base = cost.per_second(scene.busy_floor, cost.NOTHING, seconds=seconds)
    return scene.figure(
        2,
        "list, eight at a time",
        ours,
        "requests/s",
        ratio=ours / base,
        to="the view of U",
        limit=0.33,
        at_least=True,
    )
