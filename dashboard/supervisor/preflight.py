"""What has to be true before anything is started. Each fault is one line for the person."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HERE = "127.0.0.1"


class CannotStartError(Exception):
    """Switchboard cannot start; the message says in one line why, and what to do."""


def make_home(home: Path) -> None:
    """Make the data folder, for this user only. Raises `CannotStartError` where that is refused."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(home, error) from error


@contextmanager
def sole_user(home: Path) -> Iterator[None]:
    """Hold the data folder for this process; a crash frees it.

    Raises `CannotStartError` when another one holds it or the folder cannot be written.
    """
    try:
        lock = (home / "up.lock").open("a+")
    except OSError as error:
        raise _unusable(home, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(
                f"Switchboard already runs with the folder {home}. Stop that one with Ctrl-C, "
                "or give this one a folder and ports of its own: "
                "SWITCHBOARD_HOME=other PORT=8010 SIMULATOR_PORT=8011 make run"
            ) from None
        yield


def port_is_free(port: int, *, variable: str) -> None:
    """Raise `CannotStartError`, naming the ``variable`` that moves it, when ``port`` is taken."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((_HERE, port))
        except OSError as error:
            raise CannotStartError(
                f"Port {port} cannot be used ({_reason(error)}). "
                f"Choose another one: {variable}={_another(port)} make run"
            ) from error


def _another(port: int) -> int:
    return port + 10 if port < 65000 else port - 1000  # noqa: PLR2004 (stay below 65536)


def _unusable(home: Path, error: OSError) -> CannotStartError:
    advice = (
        "Free some space"
        if error.errno == errno.ENOSPC
        else "Choose a folder that you may write to: SWITCHBOARD_HOME=folder make run"
    )
    return CannotStartError(f"The folder {home} cannot be written ({_reason(error)}). {advice}")


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)
