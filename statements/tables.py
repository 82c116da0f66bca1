"""A statement as rows of a file."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from statements.seeing import Sight, View
from ui.exports import Cell

_HEAD = ("month", "zone", "API key", "account", "revision", "made at", "what", "count")


def rows(views: Iterable[View], *, cost: bool, resale: bool) -> Iterator[tuple[Cell, ...]]:
    """Yield the lines of all statements, the names of the columns first.

    cost, resale: whether there is such a column. Where a person does not see that of one account,
    its cells are empty.
    """
    yield (*_HEAD, "amount", *(("resale amount",) if resale else ()), "currency", "note")
    for view in views:
        yield from _of(view, resale=resale, cost=cost)


def columns_of(sight: Sight) -> dict[str, bool]:
    """Return which columns the statements of one account have."""
    return {"cost": sight.cost, "resale": sight.resale}


def _of(view: View, *, cost: bool, resale: bool) -> Iterator[tuple[Cell, ...]]:
    statement = view.statement
    made_at = statement.made_at.astimezone(ZoneInfo(statement.zone))
    head = (
        statement.month_code,
        statement.zone,
        view.account.api_key,
        view.account.name,
        statement.revision,
        f"{made_at:%Y-%m-%d %H:%M}",
    )
    for line in view.lines:
        amount = line.cost if cost or not line.is_usage else None
        paid = (_cell(line.resale),) if resale else ()
        count = "" if line.count is None else line.count
        note = "not known" if line.is_unknown else ""
        yield (*head, line.name, count, _cell(amount), *paid, line.currency, note)
    for note in view.notes:
        yield (*head, "Note", "", "", *(("",) if resale else ()), "", note)
    for note in view.reasons:
        yield (*head, "May explain the difference", "", "", *(("",) if resale else ()), "", note)


def _cell(amount: Decimal | None) -> Cell:
    return "" if amount is None else amount
