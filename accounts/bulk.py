"""Set-based writes for the few places where the ORM's way costs ten times more.

PostgreSQL takes whole columns as arrays in one statement; SQLite repeats a prepared statement.
Rows are tuples in the order of the names; values are what the driver takes (money in units).
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
class Column:
    """A column and its PostgreSQL type."""

    name: str
    kind: str


@dataclass(frozen=True)
class Columns:
    """Some columns of a table, the key first, and others with one value for all rows."""

    table: str
    each: tuple[Column, ...]
    same: tuple[Column, ...]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, model: type[models.Model], *names: str, **same: Any) -> "Columns":
        """Return the columns of `model` by their attribute names; `same` have these values."""
        fields = [_field(model, name) for name in same]
        return cls(
            model._meta.db_table,
            tuple(_column(_field(model, name)) for name in names),
            tuple(map(_column, fields)),
            tuple(
                field.get_db_prep_save(value, connection)
                for field, value in zip(fields, same.values(), strict=True)
            ),
        )

    @property
    def names(self) -> str:
        """All names as SQL lists them."""
        return ", ".join(column.name for column in (*self.each, *self.same))

    @property
    def new(self) -> str:
        """The rows as a table called `new`, of whole columns, for PostgreSQL."""
        arrays = ", ".join(f"%s::{column.kind}[]" for column in self.each)
        return f"unnest({arrays}) AS new ({', '.join(column.name for column in self.each)})"


def insert(columns: Columns, rows: Sequence[Row]) -> None:
    """Insert the rows."""
    head = f"INSERT INTO {columns.table} ({columns.names}) "
    if connection.vendor == "postgresql":
        same = "".join(f", %s::{column.kind}" for column in columns.same)
        _at_once(f"{head} SELECT new.*{same} FROM {columns.new}", columns, rows)
    else:
        marks = ", ".join("%s" for _ in (*columns.each, *columns.same))
        _repeat(f"{head} VALUES ({marks})", [(*row, *columns.values) for row in rows])


def update(columns: Columns, rows: Sequence[Row]) -> None:
    """Set all columns but the first on the row that the first one names."""
    key, *others = columns.each
    if connection.vendor == "postgresql":
        same = [f"{column.name} = %s::{column.kind}" for column in columns.same]
        parts = [*same, *(f"{column.name} = new.{column.name}" for column in others)]
        _at_once(
            f"UPDATE {columns.table} AS old SET {', '.join(parts)} "
            f"FROM {columns.new} WHERE old.{key.name} = new.{key.name}",
            columns,
            rows,
        )
    else:
        parts = [f"{column.name} = %s" for column in (*columns.same, *others)]
        statement = f"UPDATE {columns.table} SET {', '.join(parts)} WHERE {key.name} = %s"
        _repeat(statement, [(*columns.values, *row[1:], row[0]) for row in rows])


def _at_once(statement: str, columns: Columns, rows: Sequence[Row]) -> None:
    if rows:
        arrays = [_array(*each) for each in zip(columns.each, zip(*rows, strict=True), strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(statement, [*columns.values, *arrays])


def _array(column: Column, values: Row) -> list[Any] | str:
    """Return the values as an array; numbers as PostgreSQL writes them, which is quickest."""
    if column.kind != "bigint":
        return list(values)
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


def _repeat(statement: str, rows: Sequence[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _field(model: type[models.Model], name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", model._meta.get_field(name))


def _column(field: "Field[Any, Any]") -> Column:
    return Column(str(field.column), str(field.rel_db_type(connection)))
