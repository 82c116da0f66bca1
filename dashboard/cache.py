"""A cache that is allowed to be gone."""

import logging
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

T = TypeVar("T")

PAUSE = 5.0
"""Seconds without asking a server that did not answer, so that pages do not wait for it again."""


class OneClient(RedisCacheClient):
    """Django's client, which otherwise makes a new one for each command, over the same pool."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:  # noqa: ARG002 - Django's signature
        """Return the client of the one server that there is."""
        return self._one_client

    @cached_property
    def _one_client(self) -> Any:
        return super().get_client(write=True)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, except that a server that is gone is a cache miss and not an error.

    Sessions are kept in the database too, so people stay signed in; limits are not counted
    meanwhile. After a failure the server is left alone for `PAUSE` seconds.
    """

    asleep_until = 0.0

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or `default` where the server is gone."""
        return self._forgive(default, super().get, key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        """Return what is there, or nothing where the server is gone."""
        return self._forgive({}, super().get_many, keys, version)

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        """Keep the value where the server is there."""
        self._forgive(None, super().set, key, value, timeout, version)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """Keep the value if there is none; True where the server is gone."""
        return self._forgive(True, super().add, key, value, timeout, version)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget the value."""
        return self._forgive(False, super().delete, key, version)

    def touch(self, key: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """Keep the value for longer."""
        return self._forgive(False, super().touch, key, timeout, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count up; 0 where the server is gone."""
        return self._forgive(0, super().incr, key, delta, version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Return whether there is a value."""
        return self._forgive(False, super().has_key, key, version)

    def _forgive(self, missing: T, action: Callable[..., T], *args: Any) -> T:
        if time.monotonic() < type(self).asleep_until:
            return missing
        try:
            return action(*args)
        except RedisError as error:
            type(self).asleep_until = time.monotonic() + PAUSE
            logger.warning("cache is gone", extra={"error": type(error).__name__})
            return missing


class BriefRedisCache(ForgivingRedisCache):
    """Keeps nothing for longer than `LONGEST`: the database stays the truth about sessions.

    Signing out while the server is gone deletes the session in the database only; the copy that
    comes back with the server is then believed for a minute at most.
    """

    LONGEST = 60

    def set(self, key: Any, value: Any, timeout: Any = LONGEST, version: int | None = None) -> None:
        """Keep the value for a minute at most."""
        super().set(key, value, min(timeout or self.LONGEST, self.LONGEST), version)
