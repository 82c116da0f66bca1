"""The list of accounts: what it can be narrowed and sorted by, and one page of it.

Pages are cut at a key (keyset paging), so the last page costs what the first one does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from django.db.models import F, Func, OrderBy, QuerySet

from accounts.conditions import LOW
from accounts.keyset import Beyond
from accounts.models import Account
from accounts.querysets import AccountQuerySet, Kind
from accounts.search import How, search_for
from accounts.tagged import Tagged, condition, form_for
from prepared.queries import Prepared

PAGE = 50

Narrowing = Callable[[AccountQuerySet], AccountQuerySet]

STATES: dict[str, tuple[str, Narrowing]] = {
    "": ("All states", AccountQuerySet.listed),
    "active": ("Active", AccountQuerySet.active),
    "suspended": ("Suspended", AccountQuerySet.suspended),
    "gone": ("No longer listed", AccountQuerySet.vanished),
}
BALANCES: dict[str, tuple[str, Narrowing]] = {
    "": ("All balances", AccountQuerySet.all),
    "own": ("Own balance", lambda rows: rows.filter(shares_balance=False)),
    "shared": ("Shared balance", lambda rows: rows.filter(shares_balance=True)),
    "low": (f"Can spend less than €\N{NO-BREAK SPACE}{LOW}", lambda rows: rows.below(LOW)),
    "negative": ("Below zero", AccountQuerySet.negative),
}


@dataclass(frozen=True)
class Sort:
    """An order of the list. Each ends in something unique, so that a page can be cut anywhere."""

    label: str
    columns: tuple[str, ...]
    descending: bool = False
    # Accounts on the shared balance have no figure of their own to be sorted by.
    own_only: bool = False

    def ordering(self, *, backwards: bool) -> list[str]:
        """Return the arguments of `order_by`; backwards to find the page before."""
        sign = "-" if self.descending != backwards else ""
        return [f"{sign}{column}" for column in self.columns]


_LEFT = ("own_balance__spendable", "own_balance__account_id")
SORTS = {
    "name": Sort("Name", ("listing_key",)),
    "-name": Sort("Name, from the end", ("listing_key",), descending=True),
    "spendable": Sort("Least to spend first", _LEFT, own_only=True),
    "-spendable": Sort("Most to spend first", _LEFT, descending=True, own_only=True),
}


@dataclass(frozen=True)
class Wanted:
    """What a person asked of the list. `after` and `before` are API keys at which a page is cut."""

    q: str = ""
    state: str = ""
    balance: str = ""
    # The id of a tag; 0: whatever the tags.
    tag: int = 0
    sort: str = "name"
    after: str = ""
    before: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Not all accounts are asked for."""
        return bool(self.q or self.state or self.balance or self.tag)

    @property
    def goes_by_figures(self) -> bool:
        """Which accounts come, or in what order, tells something of their balances."""
        return SORTS[self.sort].own_only or self.balance in {"low", "negative"}


@dataclass(frozen=True)
class Page:
    """One page: rows as plain tuples, and the keys at which its neighbours are cut."""

    rows: list[Any]
    after: str
    before: str


Cut = Literal["", "after", "before"]


@dataclass(frozen=True)
class _Form:
    """What the SQL of a page depends on; the rest are values in it."""

    state: str
    balance: str
    sort: str
    how: How
    tagged: Tagged
    cut: Cut
    kind: Kind

    @property
    def order(self) -> Sort:
        """The order, by the columns that the walk along the accounts goes by."""
        order = SORTS[self.sort]
        return order if order.own_only else replace(order, columns=(self.key,))

    @property
    def key(self) -> str:
        """Where the listing key stands: of a few accounts, beside the right to see them."""
        return "reach_key" if self.kind is Kind.REACHED else "listing_key"

    @property
    def is_found_first(self) -> bool:
        """A few rows are looked up and sorted, instead of walking along all of them."""
        return self.how is How.FOUND or self.tagged is Tagged.FEW

    def visible(self, workspace: Any, member: Any, grants: Any) -> AccountQuerySet:
        """Return the accounts that the person sees."""
        accounts = Account.objects.within(self.kind, workspace, member, grants)
        if self.kind is Kind.REACHED:
            accounts = accounts.annotate(reach_key=F("reach__listing_key"))
        return accounts

    def narrowed(self, accounts: AccountQuerySet, low: Any, high: Any, tag: Any) -> AccountQuerySet:
        """Return the accounts that were asked for."""
        rows = BALANCES[self.balance][1](STATES[self.state][1](accounts))
        rows = rows.filter(condition(self.tagged, tag))
        rows = rows.with_spendable() if self.order.own_only else rows
        # Sorted by figures, no listing key is walked along.
        key = "listing_key" if self.order.own_only else self.key
        return rows.matching(self.how, low, high, key)


def page(accounts: AccountQuerySet, wanted: Wanted, columns: tuple[Any, ...]) -> Page:
    """Return one page of `accounts` with `columns`, the API key first, in one query.

    The accounts are what `visible_to` returned.
    """
    sight = accounts.sight
    if sight is None:
        if accounts.query.is_empty():
            return Page([], "", "")
        raise ValueError("a page is cut from what visible_to returned, and from nothing narrower")
    search = search_for(wanted.q)
    edge = wanted.before or wanted.after
    cut: Cut = "before" if wanted.before else "after" if edge else ""
    tagged = form_for(wanted.tag)
    form = _Form(wanted.state, wanted.balance, wanted.sort, search.how, tagged, cut, sight.kind)
    found = _query(form, columns).rows(*sight.values, edge, *search[1:], wanted.tag)
    return _page_of(found, cut)


def _page_of(found: list[Any], cut: str) -> Page:
    more, found = len(found) > PAGE, found[:PAGE]
    if cut == "before":
        found.reverse()
    has_next, has_previous = (True, more) if cut == "before" else (more, cut == "after")
    return Page(
        rows=found,
        after=found[-1][0] if found and has_next else "",
        before=found[0][0] if found and has_previous else "",
    )


@cache
def _query(form: _Form, columns: tuple[Any, ...]) -> Prepared[Any]:
    """Return the query of pages of this form: compiled once, since it costs more than it finds."""

    def build(  # noqa: PLR0917 - the values of a query stand in a row
        workspace: Any, member: Any, grants: Any, edge: Any, low: Any, high: Any, tag: Any
    ) -> QuerySet[Any, Any]:
        accounts = form.visible(workspace, member, grants)
        rows = form.narrowed(accounts, low, high, tag)
        if form.cut:
            rows = _beyond(rows, form, accounts.filter(api_key=edge))
        ordering = form.order.ordering(backwards=form.cut == "before")
        if form.is_found_first:
            rows = _sorted_before_read(rows, ordering)
            ordering = SORTS[form.sort].ordering(backwards=form.cut == "before")
        return rows.order_by(*ordering).values_list(*columns)[: PAGE + 1]

    return Prepared(build)


def _beyond(rows: AccountQuerySet, form: _Form, edge: QuerySet[Account]) -> AccountQuerySet:
    """Return the rows on the far side of the account at the edge."""
    upwards = form.order.descending == (form.cut == "before")
    return rows.filter(Beyond(*form.order.columns, edge=edge, upwards=upwards))


def _sorted_before_read(rows: AccountQuerySet, ordering: list[str]) -> AccountQuerySet:
    """Return the first page of `rows`, found before SQLite reads what else a row shows.

    Sorted by something that is no column, so that it does not walk along the whole list instead.
    """
    found = rows.order_by(*map(_no_column, ordering)).values("pk")[: PAGE + 1]
    return Account.objects.filter(pk__in=found)


def _no_column(name: str) -> OrderBy:
    value = Func(F(name.removeprefix("-")), template="+%(expressions)s")
    return OrderBy(value, descending=name.startswith("-"))
