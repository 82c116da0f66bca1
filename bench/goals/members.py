"""Goals 2 to 5 for members, who see a fifth of the accounts: any, or those at the list's end."""

from collections.abc import Iterator
from dataclasses import replace

from bench import cost
from bench.figures import Figure
from bench.goals.pages import NEIGHBOURS, SHORT_SEARCH
from bench.goals.queries import ANY_PAGE, LIST
from bench.scenes import PagesScene

LISTS = {"at random": 3.5, "worst placed": 5.0}
SEARCH = 5.0
SEARCHES = ("search, one fits", "search, 10 % fit", "search, none fits")
SHORT_SEARCHES = ("search, 1 character", "search, 2 characters")


def lists(scene: PagesScene) -> Iterator[Figure]:
    """Goals 2 and 3."""
    for name, limit in LISTS.items():
        first = _cost(scene, 2, name, "list", limit)
        yield first
        for place in ("middle", "last"):
            path = f"{scene.addresses['list']}?after={scene.readers[name][place]}"
            spent, units = _spent(scene, name, path)
            yield scene.figure(
                3,
                f"{place} page, member {name}",
                spent,
                "ms CPU",
                ratio=units / first.judged,
                to="the first page",
                limit=NEIGHBOURS,
            )


def searches(scene: PagesScene) -> Iterator[Figure]:
    """Goal 4."""
    for name in LISTS:
        yield from (_cost(scene, 4, name, page, SEARCH) for page in SEARCHES)
        yield from (_cost(scene, 4, name, page, SHORT_SEARCH) for page in SHORT_SEARCHES)


def asked(scene: PagesScene) -> Iterator[Figure]:
    """Goal 5."""
    for page, limit in {"list": LIST, "search, 10 % fit": LIST, "overview": ANY_PAGE}.items():
        given = {"path": scene.addresses[page], "cookie": scene.readers["at random"]["cookie"]}
        texts = scene.inside.do("queries", **given)
        yield scene.figure(5, f"{page}, member", len(texts), "queries", limit=limit)


def _cost(scene: PagesScene, goal: int, member: str, page: str, limit: float) -> Figure:
    spent, ratio = _spent(scene, member, scene.addresses[page])
    name = f"{page}, member {member}"
    return scene.figure(goal, name, spent, "ms CPU", ratio=ratio, to="U", limit=limit)


def _spent(scene: PagesScene, member: str, path: str) -> tuple[float, float]:
    _, kept, others = scene.web.cookie.partition("; ")
    web = replace(scene.web, cookie=scene.readers[member]["cookie"] + kept + others)
    return cost.in_floors(web, path, floor=scene.floor, effort=scene.effort)
