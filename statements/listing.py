"""The statements of a month, page by page and all together."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from accounts.models import Account
from accounts.search import search_for
from statements.models import Statement
from statements.seeing import View, statements_of, views_of
from teams.capabilities import Capability
from teams.policy import Actor

PAGE = 50
_AT_ONCE = 200
_MOST_MONTHS = 24


class Page(NamedTuple):
    """Some statements, and whether more follow."""

    views: list[View]
    has_more: bool


def months_of(actor: Actor) -> list[date]:
    """Return the months of which there are statements in sight, the latest first. One query."""
    rows = statements_of(actor).filter(is_current=True).order_by("-month")
    return list(rows.values_list("month", flat=True).distinct()[:_MOST_MONTHS])


def page(actor: Actor, month: date, q: str, number: int) -> Page:
    """Return a page, from 1 on, in the order of the accounts' names. Four queries at most."""
    rows = statements_of(actor).filter(month=month, is_current=True)
    if q:
        visible = Account.objects.visible_to(actor, Capability.USAGE_VIEW)
        rows = rows.filter(account__in=visible.matching(*search_for(q)).values("pk"))
    start = PAGE * (number - 1)
    found = list(rows.order_by("account__listing_key", "pk")[start : start + PAGE + 1])
    return Page(views_of(actor, found[:PAGE]), len(found) > PAGE)


def everything(actor: Actor, month: date) -> Iterator[View]:
    """Yield all statements of the month in sight, some hundred in memory at a time."""
    rows = statements_of(actor).filter(month=month, is_current=True)
    ids: Iterable[int] = rows.order_by("account__listing_key", "pk").values_list("pk", flat=True)
    left = iter(list(ids))
    while batch := list(islice(left, _AT_ONCE)):
        found = Statement.objects.select_related("account").in_bulk(batch)
        yield from views_of(actor, [found[pk] for pk in batch if pk in found])
