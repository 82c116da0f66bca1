"""Records of usage, made up on demand: the same seed, account and day give the same ones.

Nothing is stored. A record's id says on which day and at which place of that day it was made.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from simulator.record_shapes import DIRECTED, SHAPES, Draw

Dated = tuple[datetime, dict[str, Any]]
BUSY_ONE_IN, BUSY = 32, 25  # one account in so many has so many times the usual
KEPT = timedelta(days=396)  # about 13 months


@dataclass(frozen=True, slots=True)
class Source:
    """Of whom the records are: one account, since when, of one customer's seed."""

    seed: str
    account_id: str
    since: datetime


def records(
    source: Source, product: str, direction: str, *, start: datetime, end: datetime
) -> Iterator[Dated]:
    """Yield the records from `start` (inclusive) to `end` (exclusive), oldest first, each dated.

    `direction` is inbound, outbound or empty, for both or for products without. KeyError where
    there is no such product.
    """
    shapes = [(name, way) for name, way in SHAPES if name == product]
    if not shapes:
        raise KeyError(product)
    ways = [way for _, way in shapes if direction in {"", way} or way == ""]
    day = start.astimezone(UTC).date()
    while day <= end.astimezone(UTC).date():
        found = [one for way in ways for one in _of_day(source, product, way, day)]
        for moment, record in sorted(found, key=lambda pair: pair[0]):
            fits = not direction or record.get("direction", direction) == direction
            if max(start, source.since) <= moment < end and fits:
                yield moment, record
        day += timedelta(days=1)


def by_id(source: Source, product: str, record_id: str) -> dict[str, Any] | None:
    """Return the record of this id, whenever it was made, or None."""
    try:
        day = date.fromordinal(int(record_id.split("-")[1] + record_id.split("-")[2][1:], 16))
    except (IndexError, ValueError, OverflowError):
        return None
    ways = [way for name, way in SHAPES if name == product]
    found = (one for way in ways for one in _of_day(source, product, way, day))
    return next((one for _, one in found if one["id"] == record_id), None)


def _of_day(source: Source, product: str, way: str, day: date) -> Iterator[Dated]:
    key = f"{source.seed} {source.account_id} {product} {way} {day.toordinal()}"
    rng = random.Random(key)  # noqa: S311 - it shall be foreseeable
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    number = rng.randint(*_volume(source, product))
    for second in sorted(rng.sample(range(86_400), number)):
        moment = begin + timedelta(seconds=second)
        draw = Draw(
            rng=rng,
            account_id=source.account_id,
            direction=way,
            product=product,
            at=moment,
            id=_id(key, day, second),
        )
        yield moment, draw.record(SHAPES[product, way])


def _volume(source: Source, product: str) -> tuple[int, int]:
    """Return how few and how many records a day has; busy accounts have more of everything."""
    drawn = hashlib.sha256(source.account_id.encode()).digest()[0] % BUSY_ONE_IN
    busy = BUSY if drawn == 0 else drawn % 4 + 1
    if product in DIRECTED:
        return 20 * busy, 60 * busy
    return 2 * busy, 8 * busy


def _id(key: str, day: date, place: int) -> str:
    """Return a UUID in whose middle the day is written."""
    digest = hashlib.sha256(f"{key} {place}".encode()).hexdigest()
    ordinal = f"{day.toordinal():07x}"
    return f"{digest[:8]}-{ordinal[:4]}-4{ordinal[4:]}-a{digest[8:11]}-{digest[11:23]}"
