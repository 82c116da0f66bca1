"""The list of accounts: what it can be narrowed and sorted by, and one page of it.

Pages are cut at a key (keyset paging), so the last page costs what the first one does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.conditions import LOW
from accounts.keyset import Beyond
from accounts.models import Account
from accounts.querysets import AccountQuerySet

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
    sort: str = "name"
    after: str = ""
    before: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Not all accounts are asked for."""
        return bool(self.q or self.state or self.balance)


@dataclass(frozen=True)
class Page:
    """One page: rows as plain tuples, and the keys at which its neighbours are cut."""

    rows: list[Any]
    after: str
    before: str


def narrowed(accounts: AccountQuerySet, wanted: Wanted) -> AccountQuerySet:
    """Return the accounts that were asked for."""
    rows = BALANCES[wanted.balance][1](STATES[wanted.state][1](accounts))
    if SORTS[wanted.sort].own_only:
        rows = rows.filter(own_balance__spendable__isnull=False)
    return rows.matching(wanted.q) if wanted.q else rows


def page(accounts: AccountQuerySet, wanted: Wanted, columns: tuple[Any, ...]) -> Page:
    """Return one page of `accounts` with `columns`, the API key first, in one query."""
    sort, backwards = SORTS[wanted.sort], bool(wanted.before)
    rows = narrowed(accounts, wanted)
    if edge := wanted.before or wanted.after:
        rows = _beyond(rows, sort, accounts.filter(api_key=edge), backwards=backwards)
    found = list(
        rows.order_by(*sort.ordering(backwards=backwards)).values_list(*columns)[: PAGE + 1]
    )
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, bool(wanted.after))
    return Page(
        rows=found,
        after=found[-1][0] if found and has_next else "",
        before=found[0][0] if found and has_previous else "",
    )


def _beyond(
    rows: AccountQuerySet, sort: Sort, edge: QuerySet[Account], *, backwards: bool
) -> AccountQuerySet:
    """Return the rows on the far side of the account at the edge."""
    upwards = sort.descending == backwards
    return rows.filter(Beyond(*sort.columns, edge=edge, upwards=upwards))
