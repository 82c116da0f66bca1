"""The least that a reading can cost: parse the answer, put its rows into an empty table.

Chores for a process of `bench.inside`. F(N) is what `load_and_insert` costs; the rows stand ready
in the form that the database takes, so that nothing but parsing and inserting is counted.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any, Protocol

import psycopg

_TABLE = (
    "CREATE TEMPORARY TABLE answer (api_key text, name text, shares_balance boolean, "
    "suspended boolean, balance bigint, credit_limit bigint)"
)
_UNITS = 100_000_000

Row = tuple[Any, ...]


class Target(Protocol):
    """A database with an empty temporary table, and all rows ready to be put in."""

    pid: int

    def insert(self) -> None:
        """Put them in."""
        ...

    def empty(self) -> None:
        """Empty the table."""
        ...


class SqliteTarget:
    """Takes tuples."""

    pid = 0

    def __init__(self, url: str, rows: list[Row]) -> None:
        self._connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        self._connection.execute(_TABLE)
        self._rows = rows

    def insert(self) -> None:
        """Repeat one statement."""
        with self._connection:
            self._connection.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", self._rows)

    def empty(self) -> None:
        """Delete them."""
        with self._connection:
            self._connection.execute("DELETE FROM answer")


class PostgresqlTarget:
    """Takes COPY's text."""

    def __init__(self, url: str, rows: list[Row]) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(_TABLE)
        self.pid = self._connection.info.backend_pid
        self._text = "".join("\t".join(map(_copied, row)) + "\n" for row in rows).encode()

    def insert(self) -> None:
        """Copy."""
        with self._connection.cursor().copy("COPY answer FROM STDIN") as copy:
            copy.write(self._text)

    def empty(self) -> None:
        """Truncate."""
        self._connection.execute("TRUNCATE answer")


_ready: tuple[bytes, Target] | None = None


def prepare(path: str, url: str) -> int:
    """Read the answer at `path` and open the database at `url`; return its process's id or 0."""
    global _ready  # noqa: PLW0603 - the state of a process with one purpose
    body = Path(path).read_bytes()
    rows = [_row(item) for item in json.loads(body)["_embedded"]["subaccounts"]]
    kind = SqliteTarget if url.startswith("sqlite") else PostgresqlTarget
    _ready = body, kind(url, rows)
    return _ready[1].pid


def load_and_insert() -> None:
    """Parse the answer and insert the rows."""
    assert _ready  # noqa: S101 - `prepare` comes first
    body, target = _ready
    json.loads(body)
    target.insert()


def empty() -> None:
    """Make ready for the next round."""
    assert _ready  # noqa: S101 - as above
    _ready[1].empty()


def _row(item: dict[str, Any]) -> Row:
    shared = item["use_primary_account_balance"]
    return (
        *(item["api_key"], item["name"], shared, item["suspended"]),
        *(None if shared else round(item[name] * _UNITS) for name in ("balance", "credit_limit")),
    )


def _copied(value: object) -> str:
    return "\\N" if value is None else str(value)
