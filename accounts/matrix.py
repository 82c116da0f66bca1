"""Who may do what where: people across, accounts down, the level of one group in each cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from accounts.search import search_for
from accounts.tagged import condition, form_for
from prepared.paging import Slice, cut
from teams import effective, policy, roster
from teams.capabilities import Capability
from teams.levels import GROUPS, Group, Level
from teams.models import Member, Reach, User

ROWS, COLUMNS = 40, 10
CHUNK = 500
MOST_PEOPLE = 500
"""More columns than that fit no spreadsheet that people read."""


@dataclass(frozen=True)
class Wanted:
    """What a person asked of the matrix; the edges are API keys and user names."""

    q: str = ""
    person: str = ""
    tag: int = 0
    group: str = "accounts"
    after: str = ""
    before: str = ""
    right_of: str = ""
    left_of: str = ""


@dataclass(frozen=True)
class Row:
    """An account, and the level of each person there."""

    account: Account
    levels: list[Level]


@dataclass
class Levels:
    """The levels of some members, read with their holdings, on whatever accounts, in one group."""

    members: Sequence[Member]
    group: Group
    _known: dict[tuple[int, bool, int], Level] = field(default_factory=dict)

    @cached_property
    def _holdings(self) -> dict[int, list[policy.Holding]]:
        return {each.pk: roster.holdings(each) for each in self.members}

    def rows(self, accounts: Sequence[Account]) -> Iterator[Row]:
        """Yield the accounts with everybody's level; one query."""
        reached = self._reached(accounts)
        for account in accounts:
            yield Row(
                account,
                [
                    self._level(x.pk, account, reached.get((x.pk, account.pk), 0))
                    for x in self.members
                ],
            )

    def _level(self, member: int, account: Account, reached: int) -> Level:
        key = member, account.is_primary, reached
        if key not in self._known:
            holding = policy.those_holding(
                self._holdings[member], is_primary=account.is_primary, reached=reached
            )
            self._known[key] = self.group.level_in(effective.together(holding))
        return self._known[key]

    def _reached(self, accounts: Sequence[Account]) -> dict[tuple[int, int], int]:
        here = Reach.objects.filter(member__in=self.members, account__in=accounts)
        rows = here.values_list("member_id", "account_id", "grants")
        return {(member, account): grants for member, account, grants in rows}


@dataclass(frozen=True)
class Matrix:
    """One page: people and rows, each with the edges of its neighbours."""

    owner: User | None
    people: Slice
    accounts: Slice
    rows: list[Row]
    group: Group

    @property
    def owner_level(self) -> Level:
        """What the primary user holds everywhere."""
        return effective.of_primary_user(self.group).level


def page(actor: policy.Actor, wanted: Wanted) -> Matrix:
    """Return one page of what the actor may see of the matrix."""
    people = cut(
        people_in(actor, wanted),
        by=roster.ORDER,
        name="user__username",
        size=COLUMNS,
        after=wanted.right_of,
        before=wanted.left_of,
    )
    accounts = cut(
        accounts_in(actor, wanted),
        by="listing_key",
        name="api_key",
        size=ROWS,
        after=wanted.after,
        before=wanted.before,
    )
    group = GROUPS[wanted.group]
    rows = list(Levels(people.rows, group).rows(accounts.rows))
    is_first = not people.before and not wanted.person
    owner = roster.primary_user(actor) if is_first else None
    return Matrix(owner, people, accounts, rows, group)


def people_in(actor: policy.Actor, wanted: Wanted) -> QuerySet[Member]:
    """Return the people that the actor sees and asked for."""
    visible = roster.with_holdings(roster.visible_members(actor))
    return roster.narrowed(visible, q=wanted.person)


def accounts_in(actor: policy.Actor, wanted: Wanted) -> AccountQuerySet:
    """Return the accounts that the actor sees and asked for."""
    search = search_for(wanted.q)
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW).listed()
    return visible.matching(*search).filter(condition(form_for(wanted.tag), wanted.tag))


def table(actor: policy.Actor, wanted: Wanted) -> Iterator[list[str]]:
    """Yield the whole matrix as lines of a table, account by account, some hundreds at a time."""
    members = list(people_in(actor, wanted).order_by(roster.ORDER)[:MOST_PEOPLE])
    group = GROUPS[wanted.group]
    owner = None if wanted.person else roster.primary_user(actor)
    first = [effective.of_primary_user(group).level] if owner else []
    names = [each.username for each in (*([owner] if owner else []), *(x.user for x in members))]
    yield ["API key", "Account", *names]
    levels, accounts = Levels(members, group), accounts_in(actor, wanted)
    after = ""
    while True:
        found = cut(accounts, by="listing_key", name="api_key", size=CHUNK, after=after)
        for row in levels.rows(found.rows):
            yield [row.account.api_key, row.account.name, *first, *row.levels]
        after = found.after
        if not after:
            return
