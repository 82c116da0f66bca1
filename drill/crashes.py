"""Killing a process at a named point: the functions of the way are wrapped from outside.

The product has no hooks for this. Each child draws its own end by a seed: a point of the crash
table in `docs/reliability.md`, and how many times it is passed before.
"""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from operations.services import settling
from operations.services.sending import claim, fence, record, run
from vonage_api import writing
from vonage_api.deadline import TimedHTTPConnection


class Place(NamedTuple):
    """Where a function hangs, its name, and whether the end comes behind it.

    only: calls without this word among what they are given do not count. rare: it is passed so
    seldom that the first time is the last.
    """

    owner: object
    name: str
    behind: bool
    only: str = ""
    rare: bool = False


SENDING: dict[str, Place] = {
    "K3": Place(claim, "_take", behind=True),
    "K4": Place(run, "claim", behind=True),
    "K4b": Place(fence, "cross", behind=True),
    "K5": Place(TimedHTTPConnection, "request", behind=True),
    "K6": Place(writing.Writer, "_answer", behind=False),
    "K7": Place(run, "record", behind=False),
    "K8": Place(record, "_move", behind=True),
    "K9": Place(run, "record", behind=True),
}
SETTLING: dict[str, Place] = {
    "K10": Place(settling, "conclude", behind=False),
    "K10b": Place(settling, "change", behind=True),
}


class Crashes:
    """Draws and prepares the end of one child. told: a file that gets a line for each end.

    passes: so often a point is passed at most.
    """

    def __init__(
        self, told: Path, points: dict[str, Place], chance: random.Random, passes: int
    ) -> None:
        self._told = told
        self._point = chance.choice(sorted(points))
        place = points[self._point]
        self._left = 1 if place.rare else chance.randint(1, passes)
        inner = getattr(place.owner, place.name)
        setattr(place.owner, place.name, self._wrapped(inner, place))

    def _wrapped(self, inner: Callable[..., Any], place: Place) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            counts = not place.only or place.only in args
            if counts and not place.behind:
                self._pass()
            result = inner(*args, **kwargs)
            if counts and place.behind and result is not False:
                self._pass()
            return result

        return step

    def _pass(self) -> None:
        self._left -= 1
        if self._left:
            return
        told = os.open(self._told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(told, f"{self._point}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)
