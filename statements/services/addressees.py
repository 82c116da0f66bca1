"""The people of an account: who sees its usage by a grant on selected accounts or on a tag."""

from collections.abc import Iterator

from teams.capabilities import Capability
from teams.models import Grant, Member, Reach, Workspace
from teams.policy import Actor, actor_of

_OWN = {Grant.Scope.SELECTED, Grant.Scope.TAG}


class Addressees:
    """Who belongs to which accounts; every member is read once."""

    def __init__(self, workspace: Workspace) -> None:
        members = Member.objects.filter(workspace=workspace, suspended_at=None)
        self._members = {each.pk: each for each in members.select_related("user", "workspace")}
        self._actors: dict[int, Actor] = {}

    def of(self, accounts: list[int]) -> Iterator[tuple[int, Actor]]:
        """Yield each account with each of its people. One query, and one for each new member."""
        rows = Reach.objects.filter(member__in=list(self._members), account__in=accounts)
        names = ("account_id", "member_id", "grants")
        for account, member, grants in rows.order_by(*names[:2]).values_list(*names):
            actor = self._actor(member)
            if _sees(actor, grants) and not actor.lacks_second_factor:
                yield account, actor

    def one(self, account: int, member: int) -> Actor | None:
        """Return this member, where the account is one of theirs."""
        return next((who for _, who in self.of([account]) if who.member_id == member), None)

    def _actor(self, member: int) -> Actor:
        if member not in self._actors:
            self._actors[member] = actor_of(self._members[member])
        return self._actors[member]


def _sees(actor: Actor, grants: int) -> bool:
    return any(
        each.bit & grants and each.scope in _OWN and each.mask & Capability.USAGE_VIEW.bit
        for each in actor.holdings
    )
