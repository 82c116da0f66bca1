"""Throw-away databases of the two kinds, copied instead of migrated where one is there already."""

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

from bench.processes import cpu_seconds, cpu_seconds_of_the_dead

_FILE = "switchboard.sqlite3"


@dataclass(frozen=True)
class Database:
    """One database. `env` is how the product finds it, `url` how anything else does.

    `cpu` returns the seconds that its server has spent on it; a file has no server.
    """

    name: str
    env: dict[str, str]
    url: str
    cpu: Callable[[], float]


class Kind(Protocol):
    """A kind of database."""

    label: str
    version: str

    def create(self, name: str, *, like: Database | None = None) -> Database:
        """Return a new database: empty, or a copy of `like`, to which nobody is connected."""
        ...

    def settle(self, database: Database) -> None:
        """Do at once what the database would do by itself in the minute after a large change."""
        ...

    def drop(self, database: Database) -> None:
        """Give the room back."""
        ...


class Sqlite:
    """Files in a folder."""

    label = "SQLite"
    version = sqlite3.sqlite_version

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, name: str, *, like: Database | None = None) -> Database:
        """Return a database in a home folder of its own."""
        home = self._folder / name
        home.mkdir()
        if like:
            shutil.copy(Path(like.env["SWITCHBOARD_HOME"]) / _FILE, home / _FILE)
        env = {"SWITCHBOARD_HOME": str(home), "DATABASE_URL": ""}
        return Database(name, env, f"sqlite:///{home / _FILE}", lambda: 0.0)

    def settle(self, database: Database) -> None:
        """SQLite does nothing by itself."""

    def drop(self, database: Database) -> None:
        """Remove the folder."""
        shutil.rmtree(database.env["SWITCHBOARD_HOME"])


class Postgresql:
    """Databases of one server, which is the bench's own. `url` is that of any one of them."""

    label = "PostgreSQL"

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url
        self._admin = psycopg.connect(url, autocommit=True)
        self._postmaster = psutil.Process(self._admin.info.backend_pid).ppid()
        self.version = str(self._value("SHOW server_version"))
        # What it would do at some moment, `settle` does before each measurement.
        self._admin.execute("ALTER SYSTEM SET autovacuum = off")
        self._admin.execute("SELECT pg_reload_conf()")

    def create(self, name: str, *, like: Database | None = None) -> Database:
        """Return a database of the server, with a home folder for the product's other files."""
        home = self._folder / name
        home.mkdir()
        template = f' TEMPLATE "{like.name}"' if like else ""
        self._admin.execute(f'CREATE DATABASE "{name}"{template}'.encode())
        url = self._address(name)
        env = {"SWITCHBOARD_HOME": str(home), "DATABASE_URL": url}
        return Database(name, env, url, lambda: self._cpu(name))

    def settle(self, database: Database) -> None:
        """Vacuum and analyze, as the server's own workers do after large changes."""
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def drop(self, database: Database) -> None:
        """Drop the database, whoever is connected."""
        self._admin.execute(f'DROP DATABASE "{database.name}" WITH (FORCE)'.encode())

    def wal_position(self) -> int:
        """Return how many bytes the server has written to its log so far."""
        return int(self._value("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))

    def rows_written(self, database: Database) -> dict[str, int]:
        """Return how many rows of each table were inserted, updated or deleted so far."""
        query = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables"
        with psycopg.connect(database.url) as connection:
            return {str(name): int(number) for name, number in connection.execute(query)}

    def _value(self, query: str) -> Any:
        row = self._admin.execute(query.encode()).fetchone()
        assert row  # noqa: S101 - these queries return one row
        return row[0]

    def _address(self, name: str) -> str:
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def _cpu(self, name: str) -> float:
        """Return the time of the processes that serve the database, and of those that have ended.

        The latter are workers that helped with one query each.
        """
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
        serving = [int(row[0]) for row in self._admin.execute(query, [name])]
        return sum(map(cpu_seconds, serving)) + cpu_seconds_of_the_dead(self._postmaster)
