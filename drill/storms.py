"""What befalls the database of a campaign: an older dump is put back, or the server dies."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections

from tools import services

RETURNS_WITHIN = 60.0
"""Seconds after which a database server that died has to answer again."""


class Dump:
    """The database as it was at a moment, taken while it is at work."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "dump"
        self._file.unlink(missing_ok=True)
        self._take, self._put_back = _ways()
        self._take(self._file)

    def put_back(self) -> None:
        """Put it in the place of what is there now. Nothing may be connected any more."""
        connections.close_all()
        self._put_back(self._file)


Way = Callable[[Path], None]


def _ways() -> tuple[Way, Way]:
    if connection.vendor == "sqlite":
        return _copy, _copy_back
    return _pg_dump, _pg_restore


def _copy(file: Path) -> None:
    source = f"file:{settings.DATABASES['default']['NAME']}?mode=ro"
    with (
        closing(sqlite3.connect(source, uri=True, timeout=30)) as there,
        closing(sqlite3.connect(file)) as here,
    ):
        there.backup(here)


def _copy_back(file: Path) -> None:
    name = str(settings.DATABASES["default"]["NAME"])
    for beside in ("-wal", "-shm"):
        Path(name + beside).unlink(missing_ok=True)
    shutil.copyfile(file, name)


def _pg_dump(file: Path) -> None:
    _pg("pg_dump", "--format=custom", f"--file={file}", _name())


def _pg_restore(file: Path) -> None:
    _pg("dropdb", "--force", _name())
    _pg("createdb", _name())
    _pg("pg_restore", "--exit-on-error", f"--dbname={_name()}", str(file))


def _name() -> str:
    return str(settings.DATABASES["default"]["NAME"])


def _pg(program: str, *arguments: str) -> None:
    told: dict[str, Any] = settings.DATABASES["default"]
    there = (f"--host={told['HOST']}", f"--port={told['PORT']}", f"--username={told['USER']}")
    command = [str(services.postgresql_binaries() / program), *there, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def crash_the_server() -> None:
    """Let the database server die as at once as it can, and wait until it has recovered.

    A killed backend takes all of them with it: the server forgets what it has in memory and
    begins again with its log, as after `pg_ctl restart --mode=immediate`.
    """
    os.kill(through_outages(_backend), signal.SIGKILL)
    connection.close()
    through_outages(_backend)


def _backend() -> int:
    """Return the process of the server that serves us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def through_outages(work: Callable[[], Any]) -> Any:
    """Return what the work returns; begin it again for as long as the database is away."""
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            _wait_for_the_database()


def _wait_for_the_database() -> None:
    latest = time.monotonic() + RETURNS_WITHIN
    while time.monotonic() < latest:
        connections.close_all()
        with suppress(OperationalError, InterfaceError):
            connection.ensure_connection()
            return
        time.sleep(0.1)
    raise RuntimeError("the database did not come back")
