"""Who may do what on one account, and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Account
from teams import effective, policy, roster, wording
from teams.effective import Right
from teams.levels import Group, Level
from teams.models import Grant, Member, Reach, User


@dataclass(frozen=True)
class Holder:
    """Somebody who holds something on the account; without a member, the primary user."""

    user: User
    member: Member | None
    grants: tuple[Grant, ...] = ()

    def right(self, group: Group) -> Right:
        """Return the level in the group."""
        if self.member is None:
            return effective.of_primary_user(group)
        return effective.right(self.grants, group)


@dataclass(frozen=True)
class Line:
    """A holder's level in one group, with the reasons in plain words."""

    holder: Holder
    right: Right

    @property
    def why(self) -> list[str]:
        """The grants that give the level."""
        if self.holder.member is None:
            return ["Primary user of the workspace"]
        return [wording.sentence(each) for each in self.right.why]


def holders(actor: policy.Actor, account: Account, *, q: str = "") -> list[Holder]:
    """Return the people, of those whom the actor sees, who hold something on the account."""
    owner = None if q else roster.primary_user(actor)
    first = [Holder(owner, None)] if owner else []
    members = list(roster.narrowed(roster.visible_members(actor), q=q).order_by(roster.ORDER))
    granted = roster.active_grants(members)
    here = Reach.objects.filter(account=account, member__in=list(granted))
    reached = dict(here.values_list("member_id", "grants"))
    return first + [
        Holder(each.user, each, tuple(held))
        for each in members
        if (held := _held(granted.get(each.pk, []), account, reached.get(each.pk, 0)))
    ]


def lines(found: Iterable[Holder], group: Group) -> list[Line]:
    """Return those who have a level in the group, or something of it, the highest level first."""
    every = [Line(each, each.right(group)) for each in found]
    having = [x for x in every if x.right.level != Level.NONE or x.right.why]
    order = list(group.masks)
    return sorted(having, key=lambda line: -order.index(line.right.level))


def counts(found: Iterable[Holder], group: Group) -> list[tuple[Level, int]]:
    """Return how many people have each level of the group, the highest first."""
    numbers = Counter(each.right(group).level for each in found)
    return [(x, numbers[x]) for x in reversed(group.masks) if x != Level.NONE and numbers[x]]


def _held(grants: list[Grant], account: Account, reached: int) -> list[Grant]:
    return policy.those_holding(grants, is_primary=account.is_primary, reached=reached)
