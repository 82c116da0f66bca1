"""Goal 5: how often a page asks the database."""

from collections import Counter
from collections.abc import Iterator

from bench.figures import Figure
from bench.scenes import PagesScene

LIST = 4
ANY_PAGE = 6
SAME_TEXT = 2
PAGES = {
    "list": LIST,
    "last page": LIST,
    "search, one fits": LIST,
    "search, 10 % fit": LIST,
    "overview": ANY_PAGE,
    "account": ANY_PAGE,
    "team": ANY_PAGE,
    "activity": ANY_PAGE,
    "profile": ANY_PAGE,
    "poll": ANY_PAGE,
}


def asked(scene: PagesScene) -> Iterator[Figure]:
    """Count the queries of each page, and how often one text is among them at most."""
    most = 0
    for name, limit in PAGES.items():
        path, cookie = scene.addresses[name], scene.installation.cookie
        texts = scene.inside.do("queries", path=path, cookie=cookie)
        most = max([most, *Counter(texts).values()])
        yield scene.figure(5, name, len(texts), "queries", limit=limit)
    yield scene.figure(5, "the same text on one page, at most", most, "times", limit=SAME_TEXT)
