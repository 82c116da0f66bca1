"""Questions to a part: can it be used. Each answers yes or no and never raises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from dashboard.supervisor.part import Probe

WORKER_READY = "switchboard:worker-ready"
_ANSWER_WITHIN = 2.0


def http_answers(port: int, path: str) -> Probe:
    """Return a probe that says whether ``GET path`` on this machine's ``port`` answers 200."""

    async def probe() -> bool:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                return b" 200 " in await _status_line(port, path)
        except OSError:
            return False

    return probe


def redis_answers(url: str) -> Probe:
    """Return a probe that says whether the server at ``url`` answers PING, its data loaded."""

    async def probe() -> bool:
        try:
            async with _redis(url) as server:
                return bool(await server.ping())
        except (RedisError, OSError):
            return False

    return probe


def worker_answers(url: str) -> Probe:
    """Return a probe that says whether a worker's sign of life stands in the server at ``url``."""

    async def probe() -> bool:
        try:
            async with _redis(url) as server:
                return bool(await server.exists(WORKER_READY))
        except (RedisError, OSError):
            return False

    return probe


async def forget_worker(url: str) -> None:
    """Delete a sign of life that an earlier worker left behind; no matter when it fails."""
    with suppress(RedisError, OSError):
        async with _redis(url) as server:
            await server.delete(WORKER_READY)


@asynccontextmanager
async def _redis(url: str) -> AsyncIterator[Redis]:
    server = Redis.from_url(url, socket_timeout=_ANSWER_WITHIN)
    try:
        yield server
    finally:
        await server.aclose()


async def _status_line(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        return await reader.readline()
    finally:
        writer.close()
