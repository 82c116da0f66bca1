"""How many requests per second leave for Vonage, and who goes first.

Vonage limits each API by itself, so there is one bucket of permits per API key and family. In no
second does a bucket give out more than its limit. Where permits are short, people go before the
mirror, and the mirror before reports: those behind leave a part of the bucket untouched, and step
aside while someone before them waits.
"""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from time import monotonic, sleep
from typing import Protocol

from vonage_api.errors import OverBudget, RateLimited, VonageError

_PAUSE = 1.0  # seconds after a 429 that names no time


class Family(StrEnum):
    """Calls that share one limit at Vonage."""

    ACCOUNT = "account"
    SECRETS = "secrets"
    SUBACCOUNTS = "subaccounts"
    TRANSFERS = "transfers"
    NUMBERS = "numbers"
    OWNED_NUMBERS = "owned-numbers"
    PRICING = "pricing"
    RECORDS = "records"
    REPORTS = "reports"
    AUDIT = "audit"


# Requests per second. Published: numbers 3 (of which 1 for the list of owned ones), pricing 1,
# synchronous reports 10, asynchronous 5. For the rest no figure is known; these are ours. That of
# transfers is what Vonage gives an account for its calls as a whole unless agreed otherwise.
PER_SECOND: Mapping[Family, int] = {
    Family.ACCOUNT: 10,
    Family.SECRETS: 5,
    Family.SUBACCOUNTS: 5,
    Family.TRANSFERS: 30,
    Family.NUMBERS: 2,
    Family.OWNED_NUMBERS: 1,
    Family.PRICING: 1,
    Family.RECORDS: 10,
    Family.REPORTS: 5,
    Family.AUDIT: 5,
}


class Priority(IntEnum):
    """Who asks: somebody in front of a screen, the mirror, or a report."""

    PERSON = 0
    SYNC = 1
    REPORT = 2


_RESERVED = {Priority.PERSON: 0.0, Priority.SYNC: 0.25, Priority.REPORT: 0.5}


@dataclass(frozen=True)
class Limit:
    """A family's limit in requests per second, at least 1, as a bucket that keeps to it."""

    per_second: int

    @property
    def burst(self) -> int:
        """Permits that a full bucket holds."""
        return math.ceil(self.per_second / 3)

    @property
    def refill(self) -> int:
        """Permits that come back per second: less one burst, so that the sum is the limit."""
        return self.per_second - self.burst + 1

    def reserve(self, priority: Priority) -> float:
        """Permits that this priority must leave in the bucket."""
        return min(self.burst * _RESERVED[priority], self.burst - 1.0)


class Budget(Protocol):
    """Gives out permits. Implementations are safe to share between threads."""

    def take(self, *, api_key: str, family: Family, priority: Priority, patience: float) -> float:
        """Take a permit and return 0, or take none and return the seconds to wait.

        patience: seconds that the asker would wait; the others make room only for who will come.
        """

    def pause(self, *, api_key: str, family: Family, seconds: float) -> None:
        """Give out nothing for so many seconds: Vonage asked for it."""


@dataclass
class _Bucket:
    tokens: float
    at: float
    paused_until: float = 0.0
    wanted_until: dict[Priority, float] = field(default_factory=dict)

    def take(self, limit: Limit, priority: Priority, *, now: float, patience: float) -> float:
        grown = self.tokens + max(now - self.at, 0) * limit.refill
        self.tokens, self.at = min(grown, limit.burst), now
        missing = 1 + limit.reserve(priority) - self.tokens
        others = (until for who, until in self.wanted_until.items() if who < priority)
        wait = max(missing / limit.refill, self.paused_until - now, *(u - now for u in others), 0)
        if wait < _MOMENT:
            self.tokens -= 1
            self.wanted_until.pop(priority, None)
            return 0
        if wait <= patience:
            self.wanted_until[priority] = now + wait + _SLACK
        return wait


_MOMENT = 1e-6  # seconds; shorter waits come from rounding
_SLACK = 0.05  # seconds between the end of a wait and the moment when the waiter is back


class MemoryBudget:
    """A budget for one process.

    per_second: limits that differ from `PER_SECOND`.
    """

    def __init__(self, *, per_second: Mapping[Family, int] | None = None) -> None:
        self._limits = limits(per_second)
        self._buckets: dict[tuple[str, Family], _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, *, api_key: str, family: Family, priority: Priority, patience: float) -> float:
        """As `Budget.take`."""
        with self._lock:
            bucket = self._bucket(api_key, family)
            return bucket.take(self._limits[family], priority, now=monotonic(), patience=patience)

    def pause(self, *, api_key: str, family: Family, seconds: float) -> None:
        """As `Budget.pause`."""
        with self._lock:
            bucket = self._bucket(api_key, family)
            bucket.paused_until = max(bucket.paused_until, monotonic() + seconds)

    def _bucket(self, api_key: str, family: Family) -> _Bucket:
        full = _Bucket(tokens=self._limits[family].burst, at=monotonic())
        return self._buckets.setdefault((api_key, family), full)


def limits(per_second: Mapping[Family, int] | None) -> dict[Family, Limit]:
    """Return the limit of each family. Raises `ValueError` for one below 1 per second."""
    found = {**PER_SECOND, **(per_second or {})}
    if min(found.values()) < 1:
        raise ValueError("A limit must allow at least one request per second.")
    return {family: Limit(count) for family, count in found.items()}


@dataclass(frozen=True, kw_only=True)
class Pace:
    """One asker's part in a budget. patience: seconds to wait for a permit at most."""

    budget: Budget
    api_key: str
    priority: Priority
    patience: float

    def wait(self, family: Family, *, deadline: float = math.inf) -> None:
        """Wait for a permit until `deadline`, on the clock of `time.monotonic`.

        Raises `OverBudget`, as soon as it is clear that none will come in time.
        """
        until = min(deadline, monotonic() + self.patience)
        while wait := self._take(family, until):
            if monotonic() + wait > until:
                raise OverBudget(retry_after=wait)
            sleep(wait)

    def heed(self, family: Family, error: VonageError) -> None:
        """Pause the family for everyone, if the error is Vonage's wish for fewer requests."""
        if isinstance(error, RateLimited):
            seconds = _PAUSE if error.retry_after is None else error.retry_after
            self.budget.pause(api_key=self.api_key, family=family, seconds=seconds)

    def _take(self, family: Family, until: float) -> float:
        return self.budget.take(
            api_key=self.api_key,
            family=family,
            priority=self.priority,
            patience=until - monotonic(),
        )
