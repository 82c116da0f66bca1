"""Cutting a list at a row: everything beyond it in the order of some columns."""

from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet, Subquery


class Beyond(Func):
    """`(a, b) > (x, y)` as the database compares rows, so that one index serves it.

    `edge` is a queryset of at most one row: the one at which the list is cut. No such row, no
    rows beyond it.
    """

    conditional = True
    output_field = BooleanField()

    def __init__(self, *columns: str, edge: QuerySet[Any], upwards: bool) -> None:
        values = [Subquery(edge.values(column)[:1]) for column in columns]
        super().__init__(*(F(column) for column in columns), *values)
        self.sign = ">" if upwards else "<"

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override] # noqa: ARG002 - Django's signature
        """Return the comparison of the first half of the expressions with the second."""
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        parts = [sql for sql, _ in compiled]
        half = len(parts) // 2
        params = [param for _, each in compiled for param in each]
        return f"({', '.join(parts[:half])}) {self.sign} ({', '.join(parts[half:])})", params
