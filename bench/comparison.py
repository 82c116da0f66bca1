"""How figures grow with the number of accounts."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise

from bench.figures import Figure
from bench.goals.readings import LARGE

FLAT = 1.25
EXPONENT = 1.15
APART = 5.0


def between_sizes(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Compare the smallest with the largest: pages, their queries, workers; and readings."""
    by_name = sorted(figures, key=lambda each: (each.goal, each.name))
    for (goal, name), group in groupby(by_name, key=lambda each: (each.goal, each.name)):
        rows = sorted(group, key=lambda each: each.accounts)
        if len(rows) > 1:
            yield from _compared(goal, name, rows)


def _compared(goal: int, name: str, rows: list[Figure]) -> Iterator[Figure]:
    small, large = rows[0], rows[-1]
    if goal in {2, 4} and small.to == "U":
        yield _growth(small, large)
    elif goal == 5:
        more = large.value - small.value
        yield replace(large, name=f"{name}: more than with {small.accounts:,}", value=more, limit=0)
    elif goal == 7 and "clock" not in name:
        yield from _exponents([each for each in rows if each.accounts >= LARGE])
    elif name == "a web worker":
        apart = abs(large.value - small.value)
        yield replace(
            large,
            name=f"a web worker: apart from one with {small.accounts:,}",
            value=apart,
            ratio=None,
            limit=APART,
        )


def _growth(small: Figure, large: Figure) -> Figure:
    """Return goal 3's figure: how many times as much it is."""
    return replace(
        large,
        goal=3,
        name=f"{large.name}: growth",
        ratio=large.judged / small.judged,
        to=f"{small.accounts:,} accounts",
        limit=FLAT if large.limit is not None else None,
    )


def _exponents(rows: list[Figure]) -> Iterator[Figure]:
    for small, large in pairwise(rows):
        times = math.log(large.accounts / small.accounts)
        exponent = math.log(large.value / small.value) / times
        name = f"{large.name}: exponent from {small.accounts:,}"
        yield replace(large, name=name, value=exponent, unit="", ratio=None, to="", limit=EXPONENT)
