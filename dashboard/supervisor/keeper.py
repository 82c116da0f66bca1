import asyncio
import signal
from collections import deque
from dataclasses import dataclass

from dashboard.supervisor.console import Console
from dashboard.supervisor.part import Part
from dashboard.supervisor.process import Process

_TAIL = 15
_BETWEEN_PROBES = 0.05


class PartFailedError(Exception):
    """A part did not become ready, or died too often; says which one and its last lines."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """When a dead part is started again. Times are seconds.

    ``back_off`` are the pauses before the first, second... restart; one more death than pauses
    within ``period`` is too many.
    """

    back_off: tuple[float, ...] = (0.5, 1.0, 2.0)
    period: float = 60.0


class Keeper:
    """Keeps one part running."""

    def __init__(self, part: Part, *, console: Console, patience: Patience) -> None:
        self.part = part
        self._console = console
        self._patience = patience
        self._process: Process | None = None
        self._deaths: deque[float] = deque()
        self._tail: deque[str] = deque(maxlen=_TAIL)

    async def keep(self) -> None:
        """Start the part again whenever it ends. Raises `PartFailedError` when that is too often.

        When this task is cancelled the part runs on; `stop` ends it.
        """
        while True:
            await self.part.before()
            self._process = await Process.start(self.part, hear=self._hear)
            code = await self._process.wait()
            await self._process.clear()
            pause = self._pause_after_death(_how_it_ended(code))
            await asyncio.sleep(pause)

    async def wait_ready(self) -> None:
        """Wait until the part answers. Raises `PartFailedError` after ``ready_within`` seconds."""
        began = _now()
        try:
            async with asyncio.timeout(self.part.ready_within):
                while not (self._alive and await self.part.ready()):  # noqa: ASYNC110 (another process sends no event)
                    await asyncio.sleep(_BETWEEN_PROBES)
        except TimeoutError:
            limit = f"{self.part.ready_within:g} s"
            raise self._failure(f"did not answer within {limit}") from None
        self._console.part(self.part.name, f"ready after {_now() - began:.1f} s")

    async def stop(self) -> None:
        """Stop the part, if it runs, within its time of grace."""
        if self._process:
            await self._process.stop(self.part)

    def kill(self) -> None:
        """Kill the part and all that it started."""
        if self._process:
            self._process.kill()

    @property
    def _alive(self) -> bool:
        return self._process is not None and self._process.alive

    def _hear(self, line: str) -> None:
        self._tail.append(line)
        self._console.part(self.part.name, line)

    def _pause_after_death(self, how: str) -> float:
        now = _now()
        self._deaths.append(now)
        while self._deaths[0] < now - self._patience.period:
            self._deaths.popleft()
        recent = len(self._deaths)
        if recent > len(self._patience.back_off):
            period = f"{self._patience.period:g} s"
            raise self._failure(f"{how} {recent} times within {period}")
        pause = self._patience.back_off[recent - 1]
        self._console.part(self.part.name, f"{how}; starting it again in {pause:g} s")
        return pause

    def _failure(self, what: str) -> PartFailedError:
        said = "\n".join(f"    {line}" for line in self._tail)
        last = f" Its last lines:\n{said}" if said else " It printed nothing."
        return PartFailedError(f"{self.part.name} {what}.{last}")


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    return f"was killed by {signal.Signals(-code).name}"


def _now() -> float:
    return asyncio.get_running_loop().time()
