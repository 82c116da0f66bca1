"""Nobody passes on more than they hold, by whatever path.

Invitations, grants, roles, tags and imports all ask here. Holding is not the right to pass on;
nobody changes their own grants, nor those of a person who holds more than they do.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from prepared.json_rows import JsonRows, read
from teams.account_sets import Facts
from teams.capabilities import NOTHING, ON_ACCOUNTS, Capability, Mask, mask_of
from teams.levels import GROUPS
from teams.models import Grant, Invitation, Member
from teams.policy import Actor

Scope = Grant.Scope

LIMITED: Mask = mask_of(
    each for each in Capability if each.value.startswith(("transfer.balance.", "transfer.credit."))
)
"""What the limits of a grant are about."""


_OWN = "Nobody changes their own access. Somebody else has to do it."


class CeilingError(Exception):
    """Somebody tried to pass on more than they may. The reasons are for that person to read."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Limits(NamedTuple):
    """At most so many EUR; None: no limit."""

    per_transfer: Decimal | None = None
    per_day: Decimal | None = None
    per_month: Decimal | None = None
    approval_above: Decimal | None = None

    def is_within(self, own: "Limits") -> bool:
        """Return whether none of these reaches further than `own`."""
        pairs = zip(self, own, strict=True)
        return all(mine is None or (x is not None and x <= mine) for x, mine in pairs)


UNLIMITED = Limits()


@dataclass(frozen=True)
class Proposal:
    """A grant as a ceiling sees it: what, where, how much, until when."""

    mask: Mask
    scope: str
    tag_id: int | None = None
    account_ids: frozenset[int] = frozenset()
    limits: Limits = UNLIMITED
    ends_at: datetime | None = None
    may_pass_on: bool = False
    with_primary: bool = False

    @classmethod
    def of(cls, grant: Grant) -> "Proposal":
        """Return a saved grant as a proposal."""
        selected = grant.scope == Scope.SELECTED
        return cls(
            mask=grant.mask,
            scope=grant.scope,
            tag_id=grant.tag_id,
            account_ids=frozenset(_selection(grant) if selected else ()),
            limits=Limits(*(getattr(grant, name) for name in Limits._fields)),
            ends_at=grant.ends_at,
            may_pass_on=grant.may_pass_on,
            with_primary=grant.with_primary,
        )


def require_may_give(actor: Actor, proposals: Iterable[Proposal]) -> None:
    """Raise `CeilingError` where the actor may not give one of these to anybody."""
    reasons = objections(actor, list(proposals))
    if reasons:
        raise CeilingError(list(dict.fromkeys(reasons)))


def require_may_manage(actor: Actor, member: Member) -> None:
    """Raise `CeilingError` where the actor may not change what this member holds."""
    if member.user_id == actor.user.pk:
        raise CeilingError([_OWN])
    if is_above(actor, member):
        raise CeilingError([f"{member} holds more than you do, so you cannot change their access."])


def require_may_manage_all(actor: Actor, member_ids: Collection[int]) -> None:
    """Raise where the actor may not change what one of these members holds; in few queries.

    The members are not the actor's choice, who may not even know of them: nobody is named.
    """
    members = Member.objects.filter(pk__in=member_ids)
    found = list(members.prefetch_related("grants__role", "grants__accounts"))
    if any(each.user_id == actor.user.pk for each in found):
        raise CeilingError([_OWN])
    if above(actor, found):
        raise CeilingError(["That changes the access of somebody who holds more than you do."])


def objections(actor: Actor, proposals: list[Proposal]) -> list[str]:
    """Return why the actor may not give these, in sentences; nothing where the actor may."""
    if actor.is_primary_user:
        return []
    own = [each for each in _own(actor) if each.may_pass_on]
    facts = Facts(actor.workspace)
    return [text for each in proposals for text in _objections(own, each, facts)]


def is_above(actor: Actor, member: Member) -> bool:
    """Return whether the member holds anything that the actor does not."""
    if actor.is_primary_user:
        return False
    both = Grant.objects.filter(member__in=[member.pk, actor.member_id or 0])
    return member.pk in _above(actor, both) | _out_of_reach(actor, [member.pk])


def members_above(actor: Actor) -> set[int]:
    """Return the ids of those of the actor's team who hold anything that the actor does not.

    One query, and at most two more however large the team.
    """
    if actor.is_primary_user:
        return set()
    grants = Grant.objects.filter(member__workspace=actor.workspace)
    return _above(actor, grants) | _out_of_reach(actor, None)


def above(actor: Actor, holders: Iterable[Member | Invitation]) -> set[int]:
    """Return the ids of those who hold, or are promised, anything that the actor does not.

    They come with their grants, roles and selections prefetched.
    """
    if actor.is_primary_user:
        return set()
    own, facts, now = _own(actor), Facts(actor.workspace), timezone.now()
    holders = list(holders)
    beyond = {
        holder.pk
        for holder in holders
        for grant in holder.grants.all()
        if not _is_over(grant, now) and grant.mask & ~_covered(own, Proposal.of(grant), facts)
    }
    members = [each.pk for each in holders if isinstance(each, Member)]
    return beyond | _out_of_reach(actor, members) if members else beyond


def _above(actor: Actor, grants: QuerySet[Grant]) -> set[int]:
    """Return whose grants, of these and beside the actor's own, are above the actor."""
    now, facts = timezone.now(), Facts(actor.workspace)
    held = [(each, Proposal.of(each)) for each in _lasting(grants, now)]
    own = [
        given
        for grant, given in held
        if grant.member_id == actor.member_id and (not grant.starts_at or grant.starts_at <= now)
    ]
    return {
        grant.member_id or 0
        for grant, given in held
        if grant.member_id != actor.member_id and given.mask & ~_covered(own, given, facts)
    }


def _out_of_reach(actor: Actor, member_ids: Collection[int] | None) -> set[int]:
    """Return which members (None: of the whole team) the actor has nothing in common with.

    Who holds nothing at this time is not less than everybody: whose accounts they look after is
    not known, so that who looks after some accounts only has no say over them, unless having
    invited them.
    """
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    if seen.everything or seen.subaccounts:
        return set()
    team = Member.objects.filter(workspace=actor.workspace)
    if member_ids is not None:
        team = team.filter(pk__in=member_ids)
    holding = _lasting(Grant.objects.filter(member=OuterRef("pk")), timezone.now())
    idle = team.exclude(Exists(holding)).exclude(invited_by=actor.user)
    return set(idle.exclude(pk=actor.member_id or 0).values_list("pk", flat=True))


def held_by(member: Member) -> list[Proposal]:
    """Return what a member holds now or will hold, or held before being locked out."""
    return _proposals(Grant.objects.filter(member=member))


def _own(actor: Actor) -> list[Proposal]:
    """Return what the actor holds now."""
    begun = Q(starts_at=None) | Q(starts_at__lte=timezone.now())
    return _proposals(Grant.objects.filter(begun, member=actor.member_id))


def _proposals(grants: QuerySet[Grant]) -> list[Proposal]:
    return [Proposal.of(each) for each in _lasting(grants, timezone.now())]


def _lasting(grants: QuerySet[Grant], now: datetime) -> QuerySet[Grant]:
    """Return those that are not over, with their selections, to be judged without more queries."""
    lasting = grants.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    return with_selections(lasting.select_related("role"))


def with_selections(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Return the grants with the ids of their selected accounts, in the same query."""
    links = Grant.accounts.through._default_manager.filter(grant=OuterRef("pk"))
    return grants.annotate(selection=JsonRows(links, "account_id"))


def _selection(grant: Grant) -> Iterable[int]:
    known: str | None = getattr(grant, "selection", "")
    if known == "":
        return (each.pk for each in grant.accounts.all())
    return (pk for (pk,) in read(known))


def _is_over(grant: Grant, now: datetime) -> bool:
    return grant.ends_at is not None and grant.ends_at <= now


def _objections(own: list[Proposal], given: Proposal, facts: Facts) -> list[str]:
    missing = given.mask & ~_covered(own, given, facts)
    if not missing:
        return []
    lasting = [replace(each, ends_at=None) for each in own]
    if not given.mask & ~_covered(lasting, given, facts):
        return ["Your own access ends earlier; give an end that is not later than yours."]
    unlimited = [replace(each, limits=UNLIMITED) for each in own]
    if not given.mask & ~_covered(unlimited, given, facts):
        return ["Your own limits are lower; give limits that are not above yours."]
    apart = replace(given, with_primary=False)
    if not given.mask & ~_covered(own, apart, facts):
        return ["You cannot pass on moving money between there and the primary account."]
    names = ", ".join(each.name for each in GROUPS.values() if each.whole & missing)
    return [f"You cannot pass this on there: {names}. You hold less yourself, or only to use it."]


def _covered(own: list[Proposal], given: Proposal, facts: Facts) -> Mask:
    """Return what of any role `own` together covers on the accounts, and for the time, of `given`.

    One grant of one's own has to hold the whole set of accounts: sets are never pieced together.
    What moves money between them and the primary account has to be held on that side, too.
    """
    covered = on_primary = NOTHING
    for each in own:
        if not _lasts(each, given):
            continue
        covered |= each.mask & ~ON_ACCOUNTS
        generous = given.limits.is_within(each.limits)
        passed_on = each.mask if generous else each.mask & ~LIMITED
        holds = _holds(each, given, facts)
        if holds:
            covered |= passed_on
        if given.with_primary and ((holds and each.with_primary) or _holds_primary(each, facts)):
            on_primary |= passed_on
    return covered & (on_primary | ~LIMITED) if given.with_primary else covered


def _holds_primary(own: Proposal, facts: Facts) -> bool:
    selected = own.scope == Scope.SELECTED
    return own.scope == Scope.ALL or (selected and facts.has_primary(own.account_ids))


def _lasts(own: Proposal, given: Proposal) -> bool:
    if own.ends_at is None:
        return True
    return given.ends_at is not None and given.ends_at <= own.ends_at


def _holds(own: Proposal, given: Proposal, facts: Facts) -> bool:
    """Return whether the accounts of `own`, now and later, include those of `given`."""
    selected = given.scope == Scope.SELECTED
    match own.scope:
        case Scope.ALL:
            return True
        case Scope.SUBACCOUNTS if selected:
            return not facts.has_primary(given.account_ids)
        case Scope.SUBACCOUNTS:
            return given.scope in {Scope.SUBACCOUNTS, Scope.TAG}
        case Scope.TAG if selected:
            return facts.all_tagged(given.account_ids, own.tag_id or 0)
        case Scope.TAG:
            return given.scope == Scope.TAG and given.tag_id == own.tag_id
    return selected and given.account_ids <= own.account_ids
