"""Killing a process at a named point: the functions of the way are wrapped from outside.

The product has no hooks for this. Each child draws its own end by a seed: a point of the crash
table in `docs/reliability.md`, and how many times it is passed before.
"""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from operations.services import settling
from operations.services.sending import claim, fence, record, run
from vonage_api import writing
from vonage_api.deadline import TimedHTTPConnection

Place = tuple[object, str, bool]
"""Where a function hangs, its name, and whether the end comes behind it."""

SENDING: dict[str, Place] = {
    "K3": (claim, "_take", True),
    "K4": (run, "claim", True),
    "K4b": (fence, "cross", True),
    "K5": (TimedHTTPConnection, "request", True),
    "K6": (writing.Writer, "_answer", False),
    "K7": (run, "record", False),
    "K8": (record, "_move", True),
    "K9": (run, "record", True),
}
SETTLING: dict[str, Place] = {
    "K10": (settling, "conclude", False),
    "K10b": (settling, "change", True),
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
        self._left = chance.randint(1, passes)
        owner, name, behind = points[self._point]
        setattr(owner, name, self._wrapped(getattr(owner, name), behind=behind))

    def _wrapped(self, inner: Callable[..., Any], *, behind: bool) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            if not behind:
                self._pass()
            result = inner(*args, **kwargs)
            if behind and result is not False:
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
