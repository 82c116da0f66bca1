"""Pages of a list, cut at a row instead of counted off: the last costs what the first does."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet, Subquery


@dataclass(frozen=True)
class Slice:
    """One page, and the names of the rows at which its neighbours are cut; "" where there is none.

    `is_beyond` tells an empty page behind rows that have moved on from an empty list.
    """

    rows: list[Any] = field(default_factory=list)
    after: str = ""
    before: str = ""
    is_beyond: bool = False


def cut(
    rows: QuerySet[Any],
    *,
    by: str,
    name: str,
    size: int,
    after: str = "",
    before: str = "",
) -> Slice:
    """Return `size` rows in the order of the unique column `by`, beyond the row at the edge.

    `name` is the column by which people may name the row at the edge in an address. An edge that
    is not among the rows has nothing beyond it, and so tells nothing. One query.
    """
    edge = before or after
    if edge:
        at = Subquery(rows.order_by().filter(**{name: edge}).values(by)[:1])
        rows = rows.filter(**{f"{by}__lt" if before else f"{by}__gt": at})
    found = list(rows.order_by(f"-{by}" if before else by)[: size + 1])
    more, found = len(found) > size, found[:size]
    if before:
        found.reverse()
    has_next, has_previous = (True, more) if before else (more, bool(after))
    return Slice(
        rows=found,
        after=_name(found[-1], name) if found and has_next else "",
        before=_name(found[0], name) if found and has_previous else "",
        is_beyond=bool(edge) and not found,
    )


def _name(row: Model, path: str) -> str:
    value: Any = row
    for part in path.split("__"):
        value = getattr(value, part)
    return str(value)
