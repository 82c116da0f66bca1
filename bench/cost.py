"""What a request costs, in CPU time and in time that a person waits."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median, quantiles

from bench.connection import Answer, Connection
from bench.server import Server

_WARM = 3
_GOOD = frozenset({200, 204})
_BROWSERS = 8
NOTHING = "/somebody/"


@dataclass(frozen=True)
class Effort:
    """How often things are repeated."""

    rounds: int
    requests: int
    syncs: int
    seconds: float
    """How long throughput is measured, each time."""
    visits: int
    """Pages read one after the other to learn how long people wait."""


FULL = Effort(rounds=9, requests=30, syncs=5, seconds=1.5, visits=1500)
QUICK = Effort(rounds=1, requests=3, syncs=1, seconds=0.1, visits=20)


class FailedRequestError(Exception):
    """A page that is measured did not answer as it should."""


def in_floors(server: Server, path: str, *, floor: Server, effort: Effort) -> tuple[float, float]:
    """Return the CPU milliseconds of a request, and how many times U that is.

    Rounds of both take turns, and of each the one counts that was disturbed least: whatever else
    runs on the machine can only add to it.
    """
    ours, base = [], []
    for _ in range(effort.rounds):
        base.append(per_request(floor, NOTHING, requests=effort.requests))
        ours.append(per_request(server, path, requests=effort.requests))
    return min(ours), min(ours) / min(base)


def least(server: Server, path: str, *, effort: Effort) -> float:
    """Return the CPU milliseconds of a request in the round that was disturbed least."""
    rounds = range(effort.rounds)
    return min(per_request(server, path, requests=effort.requests) for _ in rounds)


def per_request(server: Server, path: str, *, requests: int) -> float:
    """Return the CPU milliseconds of one of so many requests over a kept connection."""
    with server.connect() as connection:
        for _ in range(_WARM):
            visit(connection, path)
        before = server.cpu()
        for _ in range(requests):
            visit(connection, path)
        return (server.cpu() - before) / requests * 1000


def per_second(server: Server, path: str, *, seconds: float) -> float:
    """Return how many requests eight connections get answered in a second."""
    with ThreadPoolExecutor(_BROWSERS) as pool:
        # A worker's first second goes into reading templates and connecting each of its threads.
        list(pool.map(lambda _: _visits(server, path, time.perf_counter() + 1), range(_BROWSERS)))
        until = time.perf_counter() + seconds
        counts = pool.map(lambda _: _visits(server, path, until), range(_BROWSERS))
        return sum(counts) / seconds


def waits(server: Server, path: str, *, visits: int) -> tuple[float, float]:
    """Return the median and the 99th percentile of the milliseconds until the answer is there."""
    taken = []
    with server.connect() as connection:
        for _ in range(_WARM):
            visit(connection, path)
        for _ in range(visits):
            started = time.perf_counter()
            visit(connection, path)
            taken.append((time.perf_counter() - started) * 1000)
    return median(taken), quantiles(taken, n=100)[-1]


def visit(connection: Connection, path: str) -> Answer:
    """Return the answer to a GET; raise `FailedRequestError` where it is not a good one."""
    answer = connection.get(path)
    if answer.status not in _GOOD:
        raise FailedRequestError(f"{path} answers {answer.status}")
    return answer


def _visits(server: Server, path: str, until: float) -> int:
    count = 0
    with server.connect() as connection:
        while time.perf_counter() < until:
            visit(connection, path)
            count += 1
    return count
