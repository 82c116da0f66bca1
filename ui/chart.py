"""A large chart of one amount over time: a drawing, its figures for the browser, and a table.

The drawing needs no script. Where there is script, uPlot draws the same points so that one can
look closer; the table holds every figure exactly.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import count, pairwise
from math import gcd
from typing import NamedTuple

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from money.formatting import format_units
from money.units import DECIMALS, UNITS

WIDTH, HEIGHT = 720, 200
MOST_POINTS = 720
GRID = 4
"""The drawing has so many bands; their edges are labelled with round amounts."""
_TICKS = 5
_LONG = 120
"""A table of more rows than that is read by nobody."""
_DAY = 24 * 60 * 60
_ROUND = (10, 20, 25, 50)
_STEEPEST = 200
"""A step of the grid is at least this part of the largest amount."""


class Point(NamedTuple):
    """What was read at one time, in seconds since 1970.

    Amounts are in units of 0.00000001; the credit limit is ≤ 0 or unknown.
    """

    at: int
    balance: int
    credit_limit: int | None = None


class Scale(NamedTuple):
    """The amounts at the bottom of the drawing and from one line of its grid to the next."""

    low: int
    step: int

    @property
    def height(self) -> int:
        """Amount from the bottom to the top."""
        return GRID * self.step


@dataclass(frozen=True)
class Chart:
    """Balances from one time on, each until the next; the last one until `until`."""

    title: str
    points: Sequence[tuple[int, int] | tuple[int, int, int | None]]
    until: datetime
    unit: str = "€"

    def __post_init__(self) -> None:
        if not 1 <= len(self.points) <= MOST_POINTS:
            raise ValueError(f"a chart has 1 to {MOST_POINTS} points, not {len(self.points)}")

    @cached_property
    def _read(self) -> list[Point]:
        return [Point(*point) for point in self.points]

    @cached_property
    def scale(self) -> Scale:
        """Round amounts that hold every point."""
        balances = [point.balance for point in self._read]
        return scale_of(min(balances), max(balances))

    @cached_property
    def grid(self) -> list[str]:
        """Amounts at the lines of the grid, from top to bottom."""
        low, step = self.scale
        return [_short(low + line * step) for line in range(GRID, -1, -1)]

    @cached_property
    def ticks(self) -> list[str]:
        """Days below the drawing, from left to right, as far apart as each other."""
        start, span = self._read[0].at, self._span
        days = [_local(start + span * tick // (_TICKS - 1)) for tick in range(_TICKS)]
        form = "%b" if span > (_TICKS - 1) * _DAY else "%b, %H:%M"
        return [f"{day.day} {day:{form}}" for day in days]

    @cached_property
    def path(self) -> SafeString:
        """The line as steps on a grid of `WIDTH` x `HEIGHT`, relative and without what repeats."""
        bends = _bends(self._corners())
        steps = "".join(
            f"h{right - left}v{lower - upper}" for (left, upper), (right, lower) in pairwise(bends)
        )
        first, last = bends[0], bends[-1]
        return mark_safe(f"M{first[0]} {first[1]}{steps}h{WIDTH - last[0]}")  # noqa: S308 - integers

    @cached_property
    def area(self) -> SafeString:
        """The space below the line."""
        return mark_safe(f"{self.path}V{HEIGHT}H0Z")  # noqa: S308 - integers

    @property
    def summary(self) -> str:
        """What the drawing says, for those who do not see it."""
        balances = [point.balance for point in self._read]
        first, last, low, high = map(
            format_units, (balances[0], balances[-1], min(balances), max(balances))
        )
        return f"{self.title}: from {first} to {last}, between {low} and {high}"

    @property
    def figures(self) -> str:
        """What the browser draws from, as JSON for an attribute: htmx drops script elements.

        Whole numbers, as differences, so that they stay small. Times count in steps of `step`
        seconds; an amount is a whole number divided by 10 to the power of `decimals`.
        """
        step = 60 if self._span > _DAY else 1
        moments = [point.at // step for point in self._read]
        balances = [point.balance for point in self._read]
        decimals = _decimals(balances)
        amounts = [balance // 10 ** (DECIMALS - decimals) for balance in balances]
        figures = {
            "title": self.title,
            "unit": self.unit,
            "zone": timezone.get_current_timezone_name(),
            "decimals": decimals,
            "step": step,
            "times": _differences([*moments, self._end // step]),
            "amounts": _differences([*amounts, amounts[-1]]),
        }
        return json.dumps(figures, separators=(",", ":"))

    @property
    def is_condensed(self) -> bool:
        """The table has the last reading of each day only."""
        return len(self.points) > _LONG

    @cached_property
    def rows(self) -> list[tuple[datetime, str, str]]:
        """The table, newest first: time, balance, credit limit ("" where unknown)."""
        points = _last_of_each_day(self._read) if self.is_condensed else self._read
        return [
            (_local(at), format_units(balance), "" if limit is None else format_units(limit))
            for at, balance, limit in reversed(points)
        ]

    @property
    def _end(self) -> int:
        return int(self.until.timestamp())

    @property
    def _span(self) -> int:
        return max(self._end - self._read[0].at, 1)

    def _corners(self) -> list[tuple[int, int]]:
        """Return where the points lie on the drawing."""
        start, span = self._read[0].at, self._span
        low, height = self.scale.low, self.scale.height
        return [
            (min(WIDTH, (at - start) * WIDTH // span), HEIGHT - (units - low) * HEIGHT // height)
            for at, units, _ in self._read
        ]


def scale_of(low: int, high: int) -> Scale:
    """Return the smallest scale with round steps that holds `low` and `high`, amounts in units.

    Steps are 1, 2, 2.5 or 5 times a power of ten: at least a cent, and not so small that a penny
    looks like a cliff. What stays empty is shared between above and below, but does not reach
    below zero where no amount does.
    """
    least = max(UNITS // 100, max(abs(low), abs(high)) // _STEEPEST)
    step = next(step for step in _round_steps() if step >= least and _holds(low, high, step))
    bottom = low // step * step
    empty = (bottom + GRID * step - high) // step
    lowered = bottom - empty // 2 * step
    return Scale(max(lowered, 0) if low >= 0 else lowered, step)


def _holds(low: int, high: int, step: int) -> bool:
    return low // step * step + GRID * step >= high


def _round_steps() -> Iterator[int]:
    return (digit * 10**power for power in count() for digit in _ROUND)


def _bends(corners: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the corners where the line changes its height; one per column of the drawing."""
    columns = list(dict(corners).items())
    bends = [after for before, after in pairwise(columns) if after[1] != before[1]]
    return [columns[0], *bends]


def _last_of_each_day(points: Sequence[Point]) -> list[Point]:
    """Return the last point of each day in the active zone."""
    times = [point.at for point in points]
    first, last = _local(times[0]).date(), _local(times[-1]).date()
    days = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    ends = [bisect_left(times, _midnight(day)) for day in days]
    return [points[end - 1] for end in sorted({*ends, len(times)}) if end]


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at, timezone.get_current_timezone())


def _midnight(day: date) -> float:
    return datetime.combine(day, time.min, timezone.get_current_timezone()).timestamp()


def _short(units: int) -> str:
    """Return a round amount without the decimals that say nothing."""
    return format_units(units).removesuffix(".00")


def _decimals(units: Sequence[int]) -> int:
    """Return how many of the eight decimals are needed to write all of `units` exactly."""
    common = gcd(UNITS, *units)
    return next(n for n in range(DECIMALS + 1) if common % 10 ** (DECIMALS - n) == 0)


def _differences(values: list[int]) -> list[int]:
    return [values[0], *(after - before for before, after in pairwise(values))]
