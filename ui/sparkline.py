"""A line as small as a word: drawn on the server, sharp at any size, in the colour of the text."""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from money.formatting import format_units

WIDTH, HEIGHT = 60, 16
MOST_POINTS = 12
_EDGE = 1
"""Room above and below, so that the stroke is not cut."""


def sparkline(units: Sequence[int], *, labelled: bool = False) -> SafeString:
    """Return an SVG of `units` (amounts, old to new), or nothing where two points are missing.

    It is decoration beside a figure; `labelled` tells first and last amount to those who do not
    see it.
    """
    values = _thinned(units)
    if len(values) < 2:  # noqa: PLR2004 - two points make a line
        return SafeString()
    said = _label(units) if labelled else 'aria-hidden="true"'
    frame = f'class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" {said}'
    return mark_safe(f'<svg {frame}><path d="{_path(values)}"/></svg>')  # noqa: S308 - numbers only


def _label(units: Sequence[int]) -> str:
    return f'role="img" aria-label="from {format_units(units[0])} to {format_units(units[-1])}"'


def _thinned(units: Sequence[int]) -> Sequence[int]:
    """Return at most `MOST_POINTS`, evenly picked; the first and the last are among them."""
    last = len(units) - 1
    if last < MOST_POINTS:
        return units
    return [units[last * index // (MOST_POINTS - 1)] for index in range(MOST_POINTS)]


def _path(values: Sequence[int]) -> str:
    """Return the line as relative steps of equal width that end at the right edge."""
    step = WIDTH // (len(values) - 1)
    start = WIDTH - step * (len(values) - 1)
    heights = _heights(values)
    falls = (after - before for before, after in pairwise(heights))
    steps = (f"{step}{'' if fall < 0 else ' '}{fall}" for fall in falls)
    return f"m{start} {heights[0]}l{' '.join(steps)}"


def _heights(values: Sequence[int]) -> list[int]:
    """Return the distance of each value from the top, in whole steps of the grid."""
    low, high = min(values), max(values)
    if low == high:
        return [HEIGHT // 2] * len(values)
    room = HEIGHT - 2 * _EDGE
    return [_EDGE + (high - value) * room // (high - low) for value in values]
