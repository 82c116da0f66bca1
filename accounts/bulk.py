"""Set-based writes for the few places where the ORM's way costs ten times more.

PostgreSQL takes whole columns as arrays in one statement; SQLite repeats a prepared statement.
Rows are tuples in the order of `columns`; values are what the driver takes (money in units).
Table and column names come from models, never from people.
"""

# ruff: noqa: S608

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db import connection, models

if TYPE_CHECKING:
    from django.db.models import Field

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Columns:
    """Some columns of a table, the key first, with their PostgreSQL types."""

    table: str
    names: tuple[str, ...]
    types: tuple[str, ...]

    @classmethod
    def of(cls, model: type[models.Model], *names: str) -> "Columns":
        """Return the columns of `model` by their attribute names."""
        fields = [cast("Field[Any, Any]", model._meta.get_field(name)) for name in names]
        return cls(
            model._meta.db_table,
            tuple(str(field.column) for field in fields),
            tuple(str(field.rel_db_type(connection)) for field in fields),
        )

    @property
    def arrays(self) -> str:
        """Placeholders of whole columns, for PostgreSQL."""
        return ", ".join(f"%s::{kind}[]" for kind in self.types)

    @property
    def listed(self) -> str:
        """The names as SQL lists them."""
        return ", ".join(self.names)


def insert(columns: Columns, rows: Sequence[Row]) -> None:
    """Insert the rows."""
    head = f"INSERT INTO {columns.table} ({columns.listed}) "
    if connection.vendor == "postgresql":
        _execute(f"{head} SELECT * FROM unnest({columns.arrays})", rows)
    else:
        marks = ", ".join("%s" for _ in columns.names)
        _repeat(f"{head} VALUES ({marks})", rows)


def update(columns: Columns, rows: Sequence[Row]) -> None:
    """Set all columns but the first on the row that the first one names."""
    key, *others = columns.names
    if connection.vendor == "postgresql":
        assignments = ", ".join(f"{name} = new.{name}" for name in others)
        _execute(
            f"UPDATE {columns.table} AS old SET {assignments} "
            f"FROM unnest({columns.arrays}) AS new ({columns.listed}) WHERE old.{key} = new.{key}",
            rows,
        )
    else:
        assignments = ", ".join(f"{name} = %s" for name in others)
        turned = [(*row[1:], row[0]) for row in rows]
        _repeat(f"UPDATE {columns.table} SET {assignments} WHERE {key} = %s", turned)


def _execute(statement: str, rows: Sequence[Row]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _repeat(statement: str, rows: Sequence[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
