"""The chart of records per day. A day of which nothing is known is a gap, and not zero."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe

from money.units import UNITS
from ui.chart import HEIGHT, WIDTH, Chart, Scale, scale_of
from usage.services.knowing import Known, Span
from usage.services.windows import begin_of

Corner = tuple[int, int]


@dataclass(frozen=True)
class DaysChart(Chart):
    """A step for each day; is_known says of each whether there is one to draw."""

    is_known: Sequence[bool] = ()

    @cached_property
    def scale(self) -> Scale:
        """From zero on: a day with half the records is half as high."""
        return scale_of(0, max(units for _, units, *_ in self.points))

    @property
    def has_gaps(self) -> bool:
        """Whether a day is left out."""
        return not all(self.is_known)

    @cached_property
    def path(self) -> SafeString:
        """The line, in as many parts as there are runs of known days."""
        return mark_safe("".join(line for line, _ in self._parts()))  # noqa: S308 - integers

    @cached_property
    def area(self) -> SafeString:
        """The space below each part of the line."""
        closed = (f"{line}V{HEIGHT}H{left}Z" for line, left in self._parts())
        return mark_safe("".join(closed))  # noqa: S308 - integers

    def _parts(self) -> Iterator[tuple[str, int]]:
        """Yield each part, and where it begins."""
        corners = self._corners()
        ends = [*(left for left, _ in corners[1:]), WIDTH]
        steps = zip(corners, ends, self.is_known, strict=True)
        for known, run in groupby(steps, key=lambda step: step[2]):
            if known:
                found = list(run)
                left, top = found[0][0]
                yield f"M{left} {top}" + "".join(f"V{y}H{end}" for (_, y), end, _ in found), left


def chart_of(window: Span, days: dict[date, int], known: Sequence[Known]) -> DaysChart:
    """Return the chart of a window; `days` has those with records, `known` what is known of each.

    A day is drawn where it has records, or where those of at least one of the products are known.
    """
    first, last = window
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    points = [(int(begin_of(day).timestamp()), days.get(day, 0) * UNITS) for day in every]
    return DaysChart(
        "Records per day",
        points,
        begin_of(last + timedelta(days=1)),
        unit="records",
        is_known=[day in days or _is_known(day, known) for day in every],
    )


def _is_known(day: date, known: Sequence[Known]) -> bool:
    return any(not any(a <= day <= b for a, b in each.missing) for each in known)
