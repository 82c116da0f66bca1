"""The rows of one query as a value in another, to save the way to the database and back."""

import json
from typing import Any

from django.db.models import QuerySet, Subquery, TextField


class JsonRows(Subquery):
    """The rows of `queryset`, in its order, as JSON text for `read`.

    `columns` are names of its `values`, with numbers and texts in them. Read it with `read`.
    """

    def __init__(self, queryset: QuerySet[Any, Any], *columns: str) -> None:
        super().__init__(queryset.values(*columns), output_field=TextField())
        self._columns = ", ".join(f'found."{each}"' for each in columns)

    def as_sql(self, compiler: Any, connection: Any, template: Any = None, **extra: Any) -> Any:
        """Return the form that SQLite knows."""
        rows = f"json_group_array(json_array({self._columns}))"
        own = f"(SELECT {rows} FROM (%(subquery)s) found)"  # noqa: S608 - names of columns
        return super().as_sql(compiler, connection, template=template or own, **extra)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Return the form that PostgreSQL knows."""
        rows = f"json_agg(json_build_array({self._columns}))::text"
        own = f"(SELECT {rows} FROM (%(subquery)s) found)"  # noqa: S608 - as above
        return self.as_sql(compiler, connection, template=own)


def read(text: str | None) -> list[list[Any]]:
    """Return the rows; PostgreSQL says null where there is none."""
    return json.loads(text) if text else []
