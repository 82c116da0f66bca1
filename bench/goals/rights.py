"""Goal 13: how soon a change of rights holds for a large team."""

from collections.abc import Iterator

from bench.figures import Figure
from bench.inside import Inside
from bench.scenes import PagesScene

LONGEST = 2.0


def changes(scene: PagesScene) -> Iterator[Figure]:
    """Time changes by an administrator among 500 members and 200 tags, until they are committed.

    Comes last: it leaves its team in the installation.
    """
    with Inside("bench.team", scene.installation.env) as team:
        team.do("furnish")
        for name, seconds in team.do("changes").items():
            yield scene.figure(13, name, seconds, "s", limit=LONGEST)
