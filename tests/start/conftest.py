import atexit
import base64
import functools
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser

from dashboard.supervisor.addresses import redis_socket
from tests.browsing import started_chromium

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds, for two cores that are busy with other tests
PRODUCT = {
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "ENCRYPTION_KEYS": "t1:" + base64.urlsafe_b64encode(b"t" * 32).decode(),
    "SIMULATOR_API_KEY": "abcd1234",
    "SIMULATOR_API_SECRET": "Simulator0Secret",
}


@dataclass
class Product:
    """`manage.py up` with a data folder and ports of its own, and what it printed in a file."""

    env: dict[str, str]
    output_path: Path
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def home(self) -> Path:
        return Path(self.env["SWITCHBOARD_HOME"])

    @property
    def output(self) -> str:
        return self.output_path.read_text()

    def up(self, *options: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Start in the background."""
        with self.output_path.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *options],
                cwd=ROOT,
                env={**self.env, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return process

    def refusal(self, *options: str, **variables: str) -> str:
        """Start where that must fail; return what was said, which must be one line."""
        done = subprocess.run(
            [sys.executable, "manage.py", "up", *options],
            cwd=ROOT,
            env={**self.env, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 1, done
        said = (done.stdout + done.stderr).removeprefix("Preparing the database.\n").strip()
        assert said.count("\n") == 0, said
        return said

    def until(self, condition: Callable[[], object], *, patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < end, self.output
            time.sleep(0.05)

    def until_ready(self) -> None:
        self.until(lambda: "Switchboard is ready" in self.output)

    def get(self, path: str, *, variable: str = "PORT") -> int:
        """Return the status of a page of ours, or of the simulator's."""
        address = f"http://127.0.0.1:{self.env[variable]}{path}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)

    def left(self) -> list[psutil.Process]:
        """Return the processes of this product that still run, by their data folder or socket."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def part(self, pattern: str) -> psutil.Process | None:
        """Return the process whose command line matches, None where there is none just now."""
        matching = [each for each in self.left() if re.search(pattern, _command_line(each))]
        return min(matching, key=psutil.Process.create_time) if matching else None

    def _is_ours(self, process: psutil.Process) -> bool:
        # The Redis server writes its title, with its socket, over its environment.
        try:
            ours = process.environ().get("SWITCHBOARD_HOME") == str(self.home)
            ours = ours or str(redis_socket(self.home)) in _command_line(process)
            return ours and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """An installation of this test's own, not started yet."""
    with installation(tmp_path) as made:
        yield made


def _kept() -> dict[str, str]:
    """Return what a product under test takes over from the environment of the tests."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}


@functools.cache
def migrated() -> Path:
    """Return an empty database as a first start leaves it; made once, since it takes seconds."""
    home = Path(tempfile.mkdtemp(prefix="switchboard-migrated-"))
    atexit.register(shutil.rmtree, home)
    env = {**_kept(), **PRODUCT, "SWITCHBOARD_HOME": str(home)}
    subprocess.run(
        (sys.executable, "manage.py", "migrate", "--verbosity=0"), cwd=ROOT, env=env, check=True
    )
    return home / "switchboard.sqlite3"


@contextmanager
def installation(folder: Path) -> Iterator[Product]:
    """Return an installation in `folder`; whatever of it still runs is stopped at the end."""
    own = {
        "SWITCHBOARD_HOME": str(folder / "home"),
        "PORT": str(free_port()),
        "SIMULATOR_PORT": str(free_port()),
        "SYNC_INTERVAL_SECONDS": "3600",
    }
    made = Product({**_kept(), **PRODUCT, **own}, folder / "output")
    made.home.mkdir()
    shutil.copy(migrated(), made.home)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()
    for left in made.left():
        with suppress(psutil.NoSuchProcess):  # it ended by itself in this moment
            left.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a loop of Django's beside it: the product is another process."""
    with started_chromium() as started:
        yield started


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo, running, read from the simulator every five seconds."""
    with installation(tmp_path_factory.mktemp("demo")) as made:
        made.up("--demo", SYNC_INTERVAL_SECONDS="5")
        made.until(lambda: "Ctrl-C stops it" in made.output)
        made.until(lambda: _is_read(made.home))
        yield made


def _is_read(home: Path) -> bool:
    """Return whether Vonage was read for the first time."""
    with closing(sqlite3.connect(home / "switchboard.sqlite3")) as database:
        return bool(database.execute("SELECT 1 FROM accounts_mirror WHERE read_at > ''").fetchall())
