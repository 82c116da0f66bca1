"""From the rows of a report's tables to sums, in bounded memory. Plain Python.

Of each record it takes the account, the country, the day and the month, the price and its
currency, and nothing else: no number, no reference, no text.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from money.units import NotExactError, to_units
from usage.tables import Rows, tables
from vonage_api.errors import Malformed
from vonage_api.times import read_time

AT_ONCE = 100_000
"""So many sums are held in memory; then they are handed on, and what comes later adds up."""
_REMEMBERED = 10_000
_COUNTRIES, _PRICES = ("country", "country_code"), ("total_price", "price")
_UTC = ("+00:00", "+0000", "Z")
_DAY = 10  # characters
_LONGEST = 8  # characters of a country or a currency

Key = tuple[str, str, date, date, str]
"""API key, country, day of UTC, first day of the month of the zone, currency."""
Sums = dict[Key, list[int]]
"""Records, and what they cost in units of 0.00000001 of the currency."""


class _Places(NamedTuple):
    """Where a table has what is needed; None where it has no such column."""

    account: int
    time: int
    country: int | None
    price: int | None
    currency: int | None

    @property
    def width(self) -> int:
        """How many cells a row has at least."""
        return max(each for each in self if each is not None) + 1


def month_of(moment: datetime, zone: tzinfo) -> date:
    """Return the first day of the zone's month in which an aware time lies."""
    return moment.astimezone(zone).date().replace(day=1)


def tally(path: Path, times: tuple[str, ...], zone: tzinfo) -> Iterator[Sums]:
    """Yield sums of all tables of a report's zip, some at a time; equal keys add up.

    times: the columns of which the first that is there tells when; zone: by whose months. Raises
    `Malformed` where a table is not one of records, and what reading may raise.
    """
    count = _Counter(zone)
    for rows in tables(path):
        head = next(rows, None)
        if head is not None:
            yield from count.table(rows, _places(head, times))
    if count.sums:
        yield count.sums


class _Counter:
    """Adds up, and remembers what was read before: days and prices come again and again."""

    def __init__(self, zone: tzinfo) -> None:
        self.sums: Sums = {}
        self._zone = zone
        # Days of UTC that lie in one month of the zone.
        self._days: dict[str, tuple[date, date]] = {}
        self._units: dict[str, int] = {}

    def table(self, rows: Rows, places: _Places) -> Iterator[Sums]:
        """Add the rows of a table; yield the sums, and begin anew, where they become many."""
        width, seen = places.width, self.sums
        for row in rows:
            if len(row) < width:
                raise Malformed("a row of the report has too few cells")
            key = self._key(row, places)
            found = seen.get(key)
            if found is None:
                found = seen[key] = [0, 0]
            found[0] += 1
            if places.price is not None and (price := row[places.price]):
                units = self._units.get(price)
                found[1] += self._read_price(price) if units is None else units
            if len(seen) >= AT_ONCE:
                yield seen
                seen = self.sums = {}

    def _key(self, row: list[str], places: _Places) -> Key:
        at = row[places.time]
        day, month = self._days.get(at[:_DAY] if at.endswith(_UTC) else "") or self._read_day(at)
        return (
            row[places.account],
            row[places.country][:_LONGEST].upper() if places.country is not None else "",
            day,
            month,
            (row[places.currency][:_LONGEST] if places.currency is not None else "") or "EUR",
        )

    def _read_day(self, text: str) -> tuple[date, date]:
        moment = read_time(text)
        found = moment.astimezone(UTC).date(), month_of(moment, self._zone)
        if (
            text.endswith(_UTC)
            and len(self._days) < _REMEMBERED
            and self._is_in_one_month(found[0])
        ):
            self._days[text[:_DAY]] = found
        return found

    def _is_in_one_month(self, day: date) -> bool:
        begin = datetime.combine(day, time.min, UTC)
        end = begin + timedelta(days=1, microseconds=-1)
        return month_of(begin, self._zone) == month_of(end, self._zone)

    def _read_price(self, text: str) -> int:
        try:
            units = to_units(Decimal(text))
        except (InvalidOperation, NotExactError) as error:
            raise Malformed("the price of a record is no amount") from error
        if len(self._units) < _REMEMBERED:
            self._units[text] = units
        return units


def _places(head: list[str], times: tuple[str, ...]) -> _Places:
    def first(*names: str) -> int | None:
        return next((head.index(name) for name in names if name in head), None)

    account, time = first("account_id"), first(*times)
    if account is None or time is None:
        raise Malformed("a table of the report does not say of whom its records are, or when")
    return _Places(account, time, first(*_COUNTRIES), first(*_PRICES), first("currency"))
