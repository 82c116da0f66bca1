"""Run a command with a PostgreSQL and a Redis of its own: `tools/services.py -- COMMAND...`.

Both are thrown away at the end: empty data in a temporary folder, free ports on this machine
only. The command finds them in DATABASE_URL and REDIS_URL, and SECRET_KEY and ENCRYPTION_KEYS
beside them where they are not set; its exit code is returned.
"""

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = "127.0.0.1"
START_WITHIN = 60.0  # seconds
STOP_WITHIN = 20.0
_TEXT = ("--encoding=UTF8", "--locale=C.UTF-8")
POSTGRES_SETTINGS = {
    "listen_addresses": HERE,
    "unix_socket_directories": "",
    # Thrown away with the machine running: nothing has to survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # As docs/production.md advises: compiling a page's small queries takes longer than they do.
    "jit": "off",
    # Some tests try a hundred times at the same moment, each on a connection of its own.
    "max_connections": "300",
}


class ServiceError(Exception):
    """A service cannot be had; the message says in one line what to do."""


def main(arguments: list[str]) -> int:
    """Start both services, run the command, stop both; return the command's exit code."""
    if arguments[:1] != ["--"] or len(arguments) == 1:
        print("usage: python tools/services.py -- COMMAND...", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with ExitStack() as stack:
            folder = stack.enter_context(_public_folder())
            services = {
                "DATABASE_URL": stack.enter_context(postgresql(folder)),
                "REDIS_URL": stack.enter_context(redis(folder)),
            }
            env = {**throw_away_keys(), **os.environ, **services}
            return subprocess.run(arguments[1:], env=env, check=False).returncode
    except ServiceError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 1


@contextmanager
def postgresql(folder: Path, **settings: str) -> Iterator[str]:
    """Run a PostgreSQL server; yield the address of an empty database that it holds.

    settings: of the server, where not `POSTGRES_SETTINGS`.
    """
    binaries, data, port = postgresql_binaries(), folder / "postgresql", free_port()
    account = _account()
    data.mkdir(mode=0o700)
    if account:
        shutil.chown(data, account["user"])
    initialise = ("--auth=trust", "--username=switchboard", "--no-sync", *_TEXT)
    _finish([binaries / "initdb", *initialise, data], cwd=data, **account)
    told = [f"-c{name}={value}" for name, value in {**POSTGRES_SETTINGS, **settings}.items()]
    server: list[str | Path] = [binaries / "postgres", "-D", data, f"-p{port}", *told]
    client = ("--host", HERE, "--port", str(port), "--username", "switchboard")
    # SIGINT tells it to disconnect everybody and stop.
    with _running(server, stop=signal.SIGINT, cwd=data, **account) as alive:
        _wait(lambda: _succeeds([binaries / "pg_isready", *client]), alive, "PostgreSQL")
        _finish([binaries / "createdb", *client, "switchboard"])
        yield f"postgres://switchboard@{HERE}:{port}/switchboard"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a Redis server with a password; yield its address."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if not binary:
        raise ServiceError("There is no redis-server here. Install it: apt install redis-server")
    port, password = free_port(), secrets.token_urlsafe(16)
    settings = folder / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f'bind {HERE}\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {folder}\n'
    )
    with _running([binary, settings], stop=signal.SIGTERM) as alive:
        _wait(lambda: _redis_answers(port, password), alive, "Redis")
        yield f"redis://:{password}@{HERE}:{port}/0"


def throw_away_keys() -> dict[str, str]:
    """Return the keys that must be given to an installation with a database of its own."""
    sealing = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {"SECRET_KEY": secrets.token_urlsafe(48), "ENCRYPTION_KEYS": f"t1:{sealing}"}


def wait_for_port(port: int) -> None:
    """Wait until something answers on this machine's port, or raise `ServiceError`."""

    def answers() -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((HERE, port)) == 0

    _wait(answers, lambda: True, f"The server on port {port}")


def free_port() -> int:
    """Return a port of this machine that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _public_folder() -> Iterator[Path]:
    """Yield a temporary folder through which the account of PostgreSQL may go."""
    with tempfile.TemporaryDirectory(prefix="switchboard-services-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def postgresql_binaries() -> Path:
    """Return the folder of PostgreSQL's programs, or raise `ServiceError`."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise ServiceError("There is no PostgreSQL server here. Install it: apt install postgresql")


def _account() -> dict[str, Any]:
    """Return the account to run PostgreSQL as: it refuses to be root. Empty: our own."""
    if os.getuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@contextmanager
def _running(
    command: Sequence[str | Path],
    *,
    stop: signal.Signals,
    **popen: Any,
) -> Iterator[Callable[[], bool]]:
    """Run a server in the background; yield a function that says whether it still runs."""
    with tempfile.TemporaryFile() as output:
        popen |= {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, start_new_session=True, **popen)
        try:
            yield lambda: process.poll() is None
        finally:
            process.send_signal(stop)
            try:
                process.wait(timeout=STOP_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(ready: Callable[[], bool], alive: Callable[[], bool], name: str) -> None:
    end = time.monotonic() + START_WITHIN
    while not ready():
        if not alive() or time.monotonic() > end:
            raise ServiceError(f"{name} did not start")
        time.sleep(0.05)


def _finish(command: Sequence[str | Path], **popen: Any) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **popen)
    if done.returncode:
        raise ServiceError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def _succeeds(command: Sequence[str | Path]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _redis_answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection((HERE, port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = connection.makefile("rb")
            return (answer.readline(), answer.readline()) == (b"+OK\r\n", b"+PONG\r\n")
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
