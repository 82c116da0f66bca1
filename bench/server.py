"""A web server of one worker process, and what a request costs it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.connection import Connection
from bench.databases import Database
from bench.processes import cpu_seconds, resident_bytes
from tools.services import free_port

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN = 60.0  # seconds


@dataclass(frozen=True)
class Server:
    """A running server; `cookie` is that of somebody who is signed in.

    `others` are processes whose work belongs to its requests, beside the database's.
    """

    port: int
    cookie: str
    worker: int
    database: Database
    others: tuple[int, ...] = ()

    def connect(self) -> Connection:
        """Return a connection that is kept open."""
        return Connection(self.port, cookie=self.cookie)

    def cpu(self) -> float:
        """Return the CPU seconds of the worker, its database and the others so far."""
        return self.database.cpu() + sum(map(cpu_seconds, (self.worker, *self.others)))

    @property
    def resident(self) -> int:
        """Bytes that the worker holds."""
        return resident_bytes(self.worker)


@contextmanager
def serve(
    application: str,
    *,
    env: Mapping[str, str],
    cookie: str,
    database: Database,
    others: tuple[int, ...] = (),
    threads: int = 1,
) -> Iterator[Server]:
    """Run gunicorn with one worker until the block ends.

    With one thread it keeps one connection to the database.
    """
    port = free_port()
    command = (
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", str(threads)),
        *("--keep-alive", "60", "--log-level", "warning", "--no-control-socket"),
    )
    with running(command, env=env) as master:
        wait_until(lambda: _answers(port), master, application)
        yield Server(port, cookie, _only_child(master.pid), database, others)


@contextmanager
def running(
    command: tuple[str, ...], *, env: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process from the project's folder; what it says is shown where it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **env}, stdout=said, stderr=said
        )
        try:
            yield process
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace")[-4000:])
            raise
        finally:
            process.terminate()
            process.wait(START_WITHIN)


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", name: str) -> None:
    """Wait for a process to get ready; raise `RuntimeError` where it does not."""
    deadline = time.monotonic() + START_WITHIN
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{name} did not start")
        time.sleep(0.02)


def _answers(port: int) -> bool:
    with suppress(OSError), Connection(port) as connection:
        return connection.get("/livez").status > 0
    return False


def _only_child(pid: int) -> int:
    (child,) = psutil.Process(pid).children()
    return int(child.pid)
