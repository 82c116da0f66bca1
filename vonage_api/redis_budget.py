"""A budget that all processes share through Redis 6.2 or later, or Valkey."""

import logging
import threading
from collections.abc import Mapping
from time import monotonic
from typing import Any, Protocol

from redis.exceptions import RedisError

from vonage_api.budget import Family, Limit, MemoryBudget, Priority, limits

logger = logging.getLogger("vonage_api")

_NAP = 5.0  # seconds without Redis after a failure, so that not every request waits for it

# The same arithmetic as in `budget`, by the clock of Redis: one step, one truth. Answers with
# milliseconds to wait, 0 for a permit taken. A pause > 0 asks for silence instead of a permit.
_SCRIPT = """
local burst, refill, reserve = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local rank, patience, pause = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'paused', 'wanted0', 'wanted1')
local paused = tonumber(held[3]) or 0
local function keep(...)
  redis.call('HSET', KEYS[1], ...)
  redis.call('EXPIRE', KEYS[1], math.ceil(math.max(paused - now, 0)) + 60)
end
if pause > 0 then
  paused = math.max(paused, now + pause)
  keep('paused', string.format('%.6f', paused))
  return 0
end
local grown = (tonumber(held[1]) or burst)
  + math.max(now - (tonumber(held[2]) or now), 0) * refill
local tokens = math.min(grown, burst)
local wait = math.max((1 + reserve - tokens) / refill, paused - now, 0)
for before = 0, rank - 1 do
  wait = math.max(wait, (tonumber(held[4 + before]) or 0) - now)
end
local wanted = 0
if wait <= 0 then
  tokens = tokens - 1
elseif wait <= patience then
  wanted = now + wait + 0.05
end
keep('tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
if wait <= 0 or wanted > 0 then
  keep('wanted' .. rank, string.format('%.6f', wanted))
end
return math.ceil(wait * 1000)
"""


class RedisClient(Protocol):
    """As much of redis-py's client as is needed. Give it short timeouts and no retries."""

    def register_script(self, script: str) -> Any:
        """Return a callable for the script."""


class RedisBudget:
    """A budget for all processes that use the same Redis.

    While Redis does not answer, each process falls back to a budget of its own, so that nothing
    stands still; together they may then exceed the limit. per_second: limits that differ from
    `budget.PER_SECOND`, the same in all processes.
    """

    def __init__(
        self,
        *,
        client: RedisClient,
        prefix: str = "vonage-budget",
        per_second: Mapping[Family, int] | None = None,
    ) -> None:
        self._script = client.register_script(_SCRIPT)
        self._prefix = prefix
        self._limits = limits(per_second)
        self._alone = MemoryBudget(per_second=per_second)
        self._asleep_until = 0.0
        self._lock = threading.Lock()

    def take(self, *, api_key: str, family: Family, priority: Priority, patience: float) -> float:
        """As `Budget.take`."""
        limit = self._limits[family]
        terms = (limit.reserve(priority), int(priority), max(patience, 0), 0)
        wait = self._ask(api_key, family, limit, terms)
        if wait is None:
            return self._alone.take(
                api_key=api_key, family=family, priority=priority, patience=patience
            )
        return wait

    def pause(self, *, api_key: str, family: Family, seconds: float) -> None:
        """As `Budget.pause`; kept here as well, in case Redis goes away meanwhile."""
        self._alone.pause(api_key=api_key, family=family, seconds=seconds)
        if seconds > 0:
            self._ask(api_key, family, self._limits[family], (0, 0, 0, seconds))

    def _ask(
        self, api_key: str, family: Family, limit: Limit, terms: tuple[float, ...]
    ) -> float | None:
        if monotonic() < self._asleep_until:
            return None
        key = f"{self._prefix}:{{{api_key}:{family}}}"
        try:
            answer = self._script(keys=[key], args=[limit.burst, limit.refill, *terms])
            return int(answer) / 1000
        except (RedisError, OSError):
            self._nap()
            return None

    def _nap(self) -> None:
        with self._lock:
            first = monotonic() >= self._asleep_until
            self._asleep_until = monotonic() + _NAP
        if first:
            logger.warning("vonage budget without redis", extra={"seconds": _NAP})
