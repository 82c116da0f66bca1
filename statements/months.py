"""Months of a zone: where they begin and end, and which are over. Plain Python."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Month:
    """A month by the clock of a zone. `first` is its first day."""

    first: date
    zone: str

    @property
    def begin(self) -> datetime:
        """Its first moment, in UTC."""
        return _begin_of(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment that no longer belongs to it, in UTC."""
        return _begin_of(after(self.first), self.zone)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of UTC of which something belongs to it."""
        return self.begin.date(), (self.end - timedelta(microseconds=1)).date()

    @property
    def last(self) -> date:
        """Its last day by the zone's calendar."""
        return after(self.first) - _DAY

    def is_over(self, now: datetime) -> bool:
        """Return whether nothing can happen in it any more."""
        return self.end <= now


def after(first: date) -> date:
    """Return the first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def before(first: date) -> date:
    """Return the first day of the month before."""
    return (first.replace(day=1) - _DAY).replace(day=1)


def last_over(zone: str, now: datetime) -> Month:
    """Return the month that ended last by the zone's clock."""
    return Month(before(now.astimezone(ZoneInfo(zone)).date()), zone)


def _begin_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


class MonthConverter:
    """`2026-10` in an address, as the first day of the month."""

    regex = r"20[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        """Return the first day."""
        return date(int(value[:4]), int(value[5:]), 1)

    def to_url(self, value: date | str) -> str:
        """Return the month as it stands in addresses."""
        return value if isinstance(value, str) else f"{value:%Y-%m}"
