"""The list of accounts as members see it: the same pages that a plain model would cut."""

from dataclasses import replace
from itertools import chain, product

import pytest
from django.utils import timezone

from accounts import listing, search
from accounts.conditions import LOW
from accounts.listing import BALANCES, PAGE, SORTS, STATES, Wanted
from accounts.models import Account, AccountTag, Balance
from accounts.naming import folded, listing_key
from accounts.querysets import Kind
from teams.capabilities import Capability
from teams.services import reach
from tests import naive
from tests.cast import grant

SEARCHES = ("", "ha", "harbour", "0c", "zzz")
COLUMNS = ("api_key",)
WORDS = ("Harbour", "Quay", "Häfen", "harbour quay", "Zebra")


@pytest.fixture
def many(cast):
    """Enough accounts for several pages of each member, in all states."""
    now = timezone.now()
    rows = Account.objects.bulk_create(
        Account(
            workspace=cast.workspace,
            api_key=f"{index * 7919 % 1000:04x}",
            name=f"{WORDS[index % 5]} {index * 37 % 11}",
            listing_key=listing_key(
                f"{WORDS[index % 5]} {index * 37 % 11}", f"{index * 7919 % 1000:04x}"
            ),
            shares_balance=index % 5 == 4,
            suspended=index % 7 == 6,
            first_seen_at=now,
            vanished_at=now if index % 11 == 10 else None,
        )
        for index in range(300)
    )
    Balance.objects.bulk_create(
        Balance(
            account=row, workspace=cast.workspace, balance=place % 9 - 2, credit_limit=-(place % 3)
        )
        for place, row in enumerate(rows)
        if not row.shares_balance
    )
    return rows


@pytest.fixture
def members(cast, many):
    """One member for each form of the condition, and one who sees more than he sees figures of."""
    tag = cast.tags["spare"]
    AccountTag.objects.bulk_create(AccountTag(tag=tag, account=row) for row in many[::2])
    grant(cast.members["finance"], "support", "selected", accounts=[cast.accounts["primary"]])
    grant(cast.members["operator"], "support", "selected", accounts=many[1::2])
    grant(cast.members["customer_viewer"], "auditor", "tag", tag=tag)
    grant(cast.members["customer_viewer"], "auditor", "selected", accounts=many[::3])
    for member in cast.members.values():
        reach.rebuild(member)
    return {
        Kind.EVERYTHING: "administrator",
        Kind.SUBACCOUNTS: "support",
        Kind.SUBACCOUNTS_AND_REACHED: "finance",
        Kind.REACHED: "operator",
    }


def seen(cast, name: str) -> list[Account]:
    """Return the accounts of a member as the plain model has them."""
    ids = naive.visible(cast.members[name], Capability.ACCOUNT_VIEW, timezone.now())
    return list(Account.objects.filter(pk__in=ids).select_related("own_balance"))


def plain(rows: list[Account], wanted: Wanted) -> list[str]:
    """Return the keys of the whole list, as one would work it out by hand."""
    kept = [row for row in rows if _fits(row, wanted)]
    order = SORTS[wanted.sort]
    key = (lambda row: (_spendable(row), row.pk)) if order.own_only else lambda row: row.listing_key
    return [row.api_key for row in sorted(kept, key=key, reverse=order.descending)]


def _fits(row: Account, wanted: Wanted) -> bool:
    gone = row.vanished_at is not None
    states = {
        "": not gone,
        "active": not gone and not row.suspended,
        "suspended": not gone and row.suspended,
        "gone": gone,
    }
    left, own = _spendable(row), getattr(row, "own_balance", None)
    balances = {
        "": True,
        "own": not row.shares_balance,
        "shared": row.shares_balance,
        "low": left is not None and left < LOW,
        "negative": own is not None and own.balance < 0,
    }
    ordered = left is not None or not SORTS[wanted.sort].own_only
    return states[wanted.state] and balances[wanted.balance] and ordered and _found(row, wanted.q)


def _found(row: Account, q: str) -> bool:
    text = folded(q)
    if len(text) >= search.SHORTEST:
        return text in row.listing_key
    return row.listing_key.startswith(text)


def _spendable(row: Account):
    own = getattr(row, "own_balance", None)
    return own.spendable if own else None


def pages(actor, wanted: Wanted) -> list[list[str]]:
    """Return the pages from the first to the last, having paged back from each, too."""
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
    found = [listing.page(visible, wanted, COLUMNS)]
    while found[-1].after:
        found.append(listing.page(visible, replace(wanted, after=found[-1].after), COLUMNS))
        back = listing.page(visible, replace(wanted, before=found[-1].before), COLUMNS)
        assert back.rows == found[-2].rows
    return [[row[0] for row in page.rows] for page in found]


@pytest.mark.parametrize("kind", Kind)
def test_pages_of_members_are_those_of_the_plain_model(cast, members, kind):
    name = members[kind]
    actor = cast.actor(name)
    assert Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW).sight.kind is kind
    rows, lengths = seen(cast, name), set()
    for q, state, balance, sort in product(SEARCHES, STATES, BALANCES, SORTS):
        wanted = Wanted(q=q, state=state, balance=balance, sort=sort)
        cut = pages(actor, wanted)
        assert list(chain(*cut)) == plain(rows, wanted), wanted
        assert all(len(page) == PAGE for page in cut[:-1])
        lengths.add(len(cut))
    assert max(lengths) >= 3


@pytest.mark.parametrize("frequent", [False, True])
def test_both_ways_to_search_find_the_same(cast, members, monkeypatch, frequent):
    """SQLite looks for rare texts first and walks along the list for frequent ones."""
    monkeypatch.setattr(search, "_is_rare", lambda _: not frequent)
    for name in members.values():
        rows = seen(cast, name)
        for sort in SORTS:
            wanted = Wanted(q="harbour", sort=sort)
            assert list(chain(*pages(cast.actor(name), wanted))) == plain(rows, wanted)


def test_account_in_two_grants_is_listed_once(cast, members):
    found = list(chain(*pages(cast.actor("customer_viewer"), Wanted())))
    assert len(found) == len(set(found)) > PAGE


@pytest.mark.parametrize("sort", SORTS)
def test_key_of_a_hidden_account_gives_nothing_away(cast, members, many, sort):
    """A page cut at it is empty, like one cut at a key that nobody has."""
    actor = cast.actor("operator")
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
    hidden = next(row for row in many if not visible.filter(pk=row.pk) and not row.shares_balance)
    keys = (hidden.api_key, cast.foreign["account"].api_key, "no-such-key")
    for key, side in product(keys, ("after", "before")):
        found = listing.page(visible, replace(Wanted(sort=sort), **{side: key}), COLUMNS)
        assert found.rows == []
        assert key not in {found.after, found.before}


def test_whoever_sees_nothing_gets_an_empty_page(cast):
    visible = Account.objects.visible_to(cast.actor("guest"), Capability.ACCOUNT_VIEW)
    assert listing.page(visible, Wanted(), COLUMNS).rows == []


def test_page_is_not_cut_from_anything_narrower(cast):
    visible = Account.objects.visible_to(cast.actor("operator"), Capability.ACCOUNT_VIEW)
    with pytest.raises(ValueError, match="visible_to"):
        listing.page(visible.active(), Wanted(), COLUMNS)
