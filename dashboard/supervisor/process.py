import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from typing import Self

from dashboard.supervisor.part import Part

_SHIM = Path(__file__).with_name("shim.py")
_LONGEST_LINE = 64 * 1024
_LAST_WORDS = 1.0


class Process:
    """One run of a part, in a session and a process group of its own.

    Its own session keeps Ctrl-C away from it: stopping is the supervisor's business.
    """

    def __init__(self, process: asyncio.subprocess.Process, output: "asyncio.Task[None]") -> None:
        self._process = process
        self._output = output

    @classmethod
    async def start(cls, part: Part, *, hear: Callable[[str], None]) -> Self:
        """Start ``part``; every line that it or its children print is given to ``hear``."""
        # A pipe of our own, because asyncio's would let wait() last until the last grandchild
        # that inherited it has closed it.
        reading, writing = os.pipe()
        output = asyncio.create_task(_listen(reading, hear))
        try:
            process = await asyncio.create_subprocess_exec(
                *_command(part),
                env={**os.environ, **part.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        finally:
            os.close(writing)
        return cls(process, output)

    @property
    def alive(self) -> bool:
        """Whether the part's own process still runs."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Wait for the end; return the exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self, part: Part) -> None:
        """Send the stop signal, wait for ``part.grace`` seconds, then kill the whole group."""
        if self.alive:
            self._process.send_signal(part.stop_signal)
        with suppress(TimeoutError):
            async with asyncio.timeout(part.grace):
                await self.wait()
        await self.clear()

    async def clear(self) -> None:
        """Kill what is left of the group and hand on the last lines."""
        self.kill()
        await self.wait()
        await asyncio.wait([self._output], timeout=_LAST_WORDS)
        self._output.cancel()

    def kill(self) -> None:
        """Kill the whole group at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, SIGKILL)


def _command(part: Part) -> list[str]:
    shim = [sys.executable, "-I", "-S", str(_SHIM)]
    return [*shim, str(int(part.death_signal)), str(os.getpid()), *part.argv]


async def _listen(descriptor: int, hear: Callable[[str], None]) -> None:
    reader = asyncio.StreamReader()
    with os.fdopen(descriptor, "rb", buffering=0) as pipe:
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            async for line in _lines(reader):
                hear(line)
        finally:
            transport.close()


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    rest = b""
    while chunk := await reader.read(_LONGEST_LINE):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        for line in lines:
            yield _printable(line)
    if rest:
        yield _printable(rest)


def _printable(line: bytes) -> str:
    """Return the text without control characters, which could redraw the terminal."""
    text = line.decode(errors="replace").rstrip()
    return "".join(
        each if each.isprintable() or each == "\t" else "\N{REPLACEMENT CHARACTER}" for each in text
    )
