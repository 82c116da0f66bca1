"""Sums over the accounts in sight, by whatever they are grouped by.

What things cost is summed over the accounts whose prices the person may see, and nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum

from accounts.models import Account
from teams.capabilities import Capability
from teams.policy import Actor
from usage.models import UsageSum
from usage.products import PRODUCTS

PAGE = 50
_GROUPS: dict[str, tuple[str, ...]] = {
    "product": ("product", "direction"),
    "account": ("account__api_key", "account__name"),
    "country": ("country",),
    "day": ("day",),
}
BY = tuple(_GROUPS)
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Line:
    """One group: what it is called, how many records, and what they cost by currency.

    costs is empty where the person sees no prices of it.
    """

    name: str
    code: str
    count: int
    costs: dict[str, Decimal] = field(default_factory=dict)


class Sums(NamedTuple):
    """A page of groups, the largest first (days: the latest first), and all of them together."""

    lines: list[Line]
    total: Line
    has_more: bool


@dataclass(frozen=True)
class Asked:
    """What is summed: for whom, over which days, by what, narrowed to what."""

    actor: Actor
    window: tuple[date, date]
    by: str
    wanted: Mapping[str, str]

    @property
    def shows_cost(self) -> bool:
        """Whether the person sees any prices."""
        return not self.actor.extent(Capability.PRICING_COST).is_empty

    @property
    def cost_is_partial(self) -> bool:
        """Whether the cost may be that of some of the accounts only."""
        return not self.actor.extent(Capability.PRICING_COST).everything


def page(asked: Asked, number: int) -> Sums:
    """Return a page of the groups, from 1 on. Four queries at most."""
    rows, keys = _rows(asked), _GROUPS[asked.by]
    order = ("-day",) if asked.by == "day" else ("-records", *keys)
    groups = rows.values_list(*keys).annotate(records=Sum("count")).order_by(*order)
    start = PAGE * (number - 1)
    found = list(groups[start : start + PAGE + 1])
    shown = found[:PAGE]
    costs = _costs(asked, rows, [group[0] for group in shown])
    lines = [_line(asked.by, group, costs) for group in shown]
    return Sums(lines, _total(asked, rows), len(found) > PAGE)


def by_day(asked: Asked) -> dict[date, int]:
    """Return how many records each day has; days without any are missing. One query."""
    rows = _rows(asked).values_list("day").annotate(records=Sum("count"))
    return dict(rows.order_by("day"))


def everything(asked: Asked) -> Iterator[tuple[Any, ...]]:
    """Yield all groups by currency: keys, currency, records, and cost or None."""
    rows = _rows(asked).values_list(*_GROUPS[asked.by], "currency")
    summed = rows.annotate(records=Sum("count"), money=Sum("cost", filter=_priced(asked)))
    yield from summed.order_by(*_GROUPS[asked.by], "currency").iterator(chunk_size=_AT_ONCE)


def columns(by: str) -> tuple[str, ...]:
    """Return the names of the keys of a group."""
    return {
        "product": ("product", "direction"),
        "account": ("API key", "account"),
        "country": ("country",),
        "day": ("day",),
    }[by]


def _rows(asked: Asked) -> QuerySet[UsageSum]:
    rows = UsageSum.objects.filter(
        workspace=asked.actor.workspace, is_valid=True, day__range=asked.window
    )
    if not asked.actor.extent(Capability.USAGE_VIEW).everything:
        visible = Account.objects.visible_to(asked.actor, Capability.USAGE_VIEW)
        rows = rows.filter(account__in=visible.values("pk"))
    if product := asked.wanted.get("product"):
        rows = rows.filter(product=product)
    if country := asked.wanted.get("country"):
        rows = rows.filter(country=country.upper())
    if key := asked.wanted.get("account"):
        rows = rows.filter(account__api_key=key)
    return rows


def _priced(asked: Asked) -> Q:
    """Keep the accounts whose prices the person sees."""
    if not asked.shows_cost:
        return Q(pk__in=[])
    if not asked.cost_is_partial:
        return Q()
    priced = Account.objects.visible_to(asked.actor, Capability.PRICING_COST)
    return Q(account__in=priced.values("pk"))


def _costs(
    asked: Asked, rows: QuerySet[UsageSum], firsts: list[Any]
) -> dict[tuple[Any, ...], dict[str, Decimal]]:
    """Return what the groups cost, by currency."""
    if not asked.shows_cost or not firsts:
        return {}
    keys = _GROUPS[asked.by]
    fitting = rows.filter(_priced(asked), **{f"{keys[0]}__in": set(firsts)})
    found: dict[tuple[Any, ...], dict[str, Decimal]] = {}
    summed = fitting.values_list(*keys, "currency").annotate(money=Sum("cost"))
    for *group, currency, money in summed.order_by(*keys, "currency"):
        found.setdefault(tuple(group), {})[currency] = money
    return found


def _total(asked: Asked, rows: QuerySet[UsageSum]) -> Line:
    count, costs = rows.aggregate(all=Sum("count"))["all"] or 0, {}
    if asked.shows_cost:
        priced = rows.filter(_priced(asked)).values_list("currency")
        costs = dict(priced.annotate(money=Sum("cost")).order_by("currency"))
    return Line("Together", "", count, costs)


def _line(by: str, group: tuple[Any, ...], costs: Mapping[tuple[Any, ...], Any]) -> Line:
    *keys, count = group
    name, code = _named(by, keys)
    return Line(name, code, count, costs.get(tuple(keys), {}))


def _named(by: str, keys: list[Any]) -> tuple[str, str]:
    """Return what a group is called, and its code."""
    if by == "product":
        product, direction = keys
        return ", ".join(filter(None, (PRODUCTS[product].name, direction))), product
    if by == "account":
        key, name = keys
        return name or key, key
    if by == "day":
        return f"{keys[0]:%-d %b %Y}", f"{keys[0]}"
    return keys[0] or "No country", keys[0]
