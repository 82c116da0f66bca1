import asyncio
import signal
import traceback
from collections.abc import Awaitable, Callable, Iterable

from dashboard.supervisor.console import Console
from dashboard.supervisor.keeper import Keeper, PartFailedError, Patience
from dashboard.supervisor.part import Part

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Starts parts in order, each when the one before it answers, and stops them in reverse.

    The first SIGINT, SIGTERM or SIGHUP stops everything in order, a second one kills at once.
    """

    def __init__(
        self, parts: Iterable[Part], *, console: Console, patience: Patience | None = None
    ) -> None:
        self._console = console
        self._keepers = [
            Keeper(part, console=console, patience=patience or Patience()) for part in parts
        ]
        self._stopping = False

    async def run(self, *, announce: Callable[[], Awaitable[None]]) -> int:
        """Run until told to stop; return the exit code: 0, or 1 when a part failed.

        ``announce`` is called once, when all parts answer. If it raises `PartFailedError`,
        everything is stopped.
        """
        life = asyncio.create_task(self._live(announce))
        self._listen_to_signals(life)
        await asyncio.wait([life])
        self._stopping = True
        code = self._verdict(life)
        for keeper in reversed(self._keepers):
            await keeper.stop()
        self._console.say("Stopped.")
        return code

    async def _live(self, announce: Callable[[], Awaitable[None]]) -> None:
        async with asyncio.TaskGroup() as group:
            for keeper in self._keepers:
                group.create_task(keeper.keep())
                await keeper.wait_ready()
            await announce()

    def _listen_to_signals(self, life: "asyncio.Task[None]") -> None:
        loop = asyncio.get_running_loop()
        for number in _STOPPING:
            # nohup sets SIGHUP to "ignored": then a closed terminal is no reason to stop.
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._asked_to_stop, life)

    def _asked_to_stop(self, life: "asyncio.Task[None]") -> None:
        if self._stopping:
            for keeper in self._keepers:
                keeper.kill()
            return
        self._stopping = True
        life.cancel()
        self._console.say("Stopping. (Once more: stop at once.)")

    def _verdict(self, life: "asyncio.Task[None]") -> int:
        if life.cancelled():
            return 0
        error = life.exception()
        if not isinstance(error, BaseExceptionGroup):
            return 0
        failures, others = error.split(PartFailedError)
        for failure in failures.exceptions if failures else ():
            self._console.say(str(failure))
        if others:
            self._console.say("".join(traceback.format_exception(others)))
        return 1
