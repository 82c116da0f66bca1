"""Queries of the ORM that are compiled once, for the few that every page asks.

Django builds the SQL of a query anew each time, which costs several times what the database needs
to answer it. Here the query is written as always, and only its values change:

    _by_slug = Prepared(lambda slug: Workspace.objects.filter(slug=slug))
    workspace = _by_slug.first("harbour")
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from inspect import signature
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet, Value
from django.db.models.query import ModelIterable, get_related_populators

T = TypeVar("T")


class Given(Value):
    """Stands in a query for a value that is known when it is asked."""

    def __init__(self, place: int) -> None:
        super().__init__(None)
        self.place = place

    def as_sql(self, *_: Any, **__: Any) -> Any:
        """Return a placeholder, with this object where the value will be."""
        return "%s", [self]


class Prepared(Generic[T]):
    """A query whose SQL is built when it is first asked, and then kept.

    `build` gets a stand-in for each value and returns a queryset of whole models (related ones
    by `select_related`, and annotations) or of `values_list`. What it asks for may depend on
    nothing but its arguments. Values are what the database takes: keys, not models.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any, T]]") -> None:
        self._build = build

    def rows(self, *values: object) -> list[T]:
        """Return what the query finds for these values."""
        asked = self._asked
        given = [values[each.place] if isinstance(each, Given) else each for each in asked.params]
        if not asked.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(asked.sql, cast("list[Any]", given))
            return asked.read(cursor.fetchall())

    def first(self, *values: object) -> T | None:
        """Return the first that the query finds, or None."""
        found = self.rows(*values)
        return found[0] if found else None

    @cached_property
    def _asked(self) -> "_Asked[T]":
        stand_ins = map(Given, range(len(signature(self._build).parameters)))
        return _Asked(self._build(*stand_ins))


class _Asked(Generic[T]):
    """SQL, its parameters, and the way from rows to results."""

    def __init__(self, queryset: "QuerySet[Any, T]") -> None:
        self._compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            self.sql, self.params = self._compiler.as_sql()
        except EmptyResultSet:
            self.sql, self.params = "", ()
            return
        columns = [column for column, _, _ in self._compiler.select]
        self._converters = self._compiler.get_converters(columns)
        is_models = queryset._iterable_class is ModelIterable  # noqa: SLF001 - has no public name
        self._make = _maker(self._compiler) if is_models else None

    def read(self, rows: Iterable[Any]) -> list[T]:
        """Return models or tuples."""
        if self._converters:
            rows = self._compiler.apply_converters(rows, self._converters)
        return list(map(self._make or tuple, rows))


def _maker(compiler: Any) -> Callable[[Any], Any]:
    """Return what makes a model of a row, with related ones and annotations that were asked for."""
    info = compiler.klass_info
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column.target.attname for column, _, _ in compiler.select[start:end]]
    annotated = list(compiler.annotation_col_map.items())
    related = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg] # the stubs are of a newer Django

    def make(row: Any) -> Any:
        made = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[start:end])
        for each in related:
            each.populate(row, made)
        for name, place in annotated:
            setattr(made, name, row[place])
        return made

    return make
