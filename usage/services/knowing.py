"""Of which days the sums are known, and of which not."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import Account
from teams.capabilities import Capability
from teams.policy import Actor
from usage.models import HeldDays
from usage.products import PRODUCTS, Product
from usage.wanted import Wanted

Span = tuple[date, date]
"""A first and a last day."""
_DAY = timedelta(days=1)


class Known(NamedTuple):
    """Of one product: since when and up to when its sums are known, and what is missing."""

    product: Product
    direction: str
    last_day: date
    asked_at: datetime
    missing: list[Span]
    # Some days are known of some accounts only.
    is_partial: bool

    @property
    def missing_days(self) -> int:
        """How many days of the window are not known of all accounts."""
        return sum((last - first).days + 1 for first, last in self.missing)


def known_to(actor: Actor, window: Span, *, account: Account | None) -> list[Known]:
    """Return what is known of each product of which something is, within the window. Two queries.

    account: of that one; else of all accounts.
    """
    held = HeldDays.objects.filter(workspace=actor.workspace).filter(_in_sight(actor))
    by_product: dict[tuple[str, str], list[HeldDays]] = {}
    for each in held.order_by("first_day", "pk"):
        by_product.setdefault((each.product, each.direction), []).append(each)
    order = list(PRODUCTS)
    return [
        _known(rows, window, account)
        for _, rows in sorted(by_product.items(), key=lambda pair: (order.index(pair[0][0]), pair))
    ]


def is_known(wanted: Wanted) -> bool:
    """Return whether the sums of all whole days that are wanted are known."""
    rows = HeldDays.objects.filter(
        workspace=wanted.account.workspace_id, product=wanted.product, direction=wanted.direction
    )
    of = None if wanted.with_subaccounts else wanted.account
    first, last = wanted.starts_at.date(), wanted.ends_at.date() - _DAY
    return first <= last and not missing_in((first, last), _spans(_about(rows, of)))


def missing_in(window: Span, spans: Iterable[Span]) -> list[Span]:
    """Return the days of a window that are in none of the spans, which are sorted by first day."""
    at, end = window
    found = []
    for first, last in spans:
        if first > at:
            found.append((at, min(first - _DAY, end)))
        at = max(at, last + _DAY)
        if at > end:
            return [span for span in found if span[0] <= span[1]]
    return [span for span in [*found, (at, end)] if span[0] <= span[1]]


def _known(rows: list[HeldDays], window: Span, account: Account | None) -> Known:
    first = rows[0]
    whole = [each for each in rows if each.account_id is None]
    about = [each for each in rows if account and each.account_id == account.pk]
    fitting = sorted([*whole, *about], key=lambda each: each.first_day)
    last = max(rows, key=lambda each: each.last_day)
    return Known(
        PRODUCTS[first.product],
        first.direction,
        last.last_day,
        last.known_at,
        missing_in(window, _spans(fitting)),
        is_partial=len(whole) < len(rows),
    )


def _about(rows: "QuerySet[HeldDays]", account: Account | None) -> "QuerySet[HeldDays]":
    of = Q(account=None) | Q(account=account) if account else Q(account=None)
    return rows.filter(of).order_by("first_day", "pk")


def _spans(rows: Iterable[HeldDays]) -> list[Span]:
    return [(each.first_day, each.last_day) for each in rows]


def _in_sight(actor: Actor) -> Q:
    if actor.extent(Capability.USAGE_VIEW).everything:
        return Q()
    visible = Account.objects.visible_to(actor, Capability.USAGE_VIEW)
    return Q(account=None) | Q(account__in=visible.values("pk"))
