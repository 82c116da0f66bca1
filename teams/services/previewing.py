"""What a change of a member's grants will change, before it is made. Nothing is written.

A grant that begins later is looked at as if it began now: people read what it is going to bring.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, Count, FilteredRelation, Q, Value, When
from django.utils import timezone

from teams import account_sets, effective, policy
from teams.capabilities import NOTHING, Mask
from teams.ceilings import LIMITED
from teams.levels import Group, Level
from teams.models import Grant, Member, Reach
from teams.roster import for_reading
from teams.services.granting import Terms
from teams.wording import limits_of

Scope = Grant.Scope

MOST_NAMES = 10

_EVERY = Q(pk__isnull=False)
_NO = Q(pk__in=())


class Kind(NamedTuple):
    """Accounts that are alike for a member: who reaches them, and whether the terms hold them."""

    is_primary: bool
    reached: int
    is_in_terms: bool


Kinds = Mapping[Kind, int]
"""How many accounts there are of each kind."""


@dataclass(frozen=True)
class Change:
    """A level that becomes another one: on so many accounts, or in the workspace (None)."""

    group: Group
    before: Level
    after: Level
    number: int | None = None


@dataclass(frozen=True)
class Named:
    """So many accounts, and the first of them."""

    number: int = 0
    accounts: Sequence[Any] = ()

    @property
    def others(self) -> int:
        """How many are not named."""
        return self.number - len(self.accounts)


@dataclass(frozen=True)
class Preview:
    """Accounts that come into sight or go out of it, and levels that change."""

    gained: Named
    lost: Named
    on_accounts: list[Change]
    in_workspace: list[Change]
    # Accounts of the terms where another grant moves money beyond the limits of the terms.
    beyond_limits: int

    @property
    def changes_nothing(self) -> bool:
        """The member may do neither more nor less than before, and nowhere else."""
        return not (self.on_accounts or self.in_workspace)


@dataclass(frozen=True)
class Plan:
    """A member's active grants, those that stay, and the terms that come."""

    member: Member
    now: list[Grant]
    kept: list[Grant]
    terms: Terms | None = None

    @property
    def given(self) -> Mask:
        """What the terms allow."""
        return self.terms.proposal.mask if self.terms else NOTHING

    def before(self, kind: Kind) -> Mask:
        """Return what is held on accounts of a kind now."""
        return effective.together(_on(self.now, kind))

    def after(self, kind: Kind) -> Mask:
        """Return what will be held on accounts of a kind."""
        given = self.given if kind.is_in_terms else NOTHING
        return effective.together(_on(self.kept, kind)) | given


def preview(
    actor: policy.Actor, *, member: Member, old: Grant | None = None, terms: Terms | None = None
) -> Preview:
    """Return what changes when `terms` come in the place of `old`; either may be missing.

    Tells of accounts that the actor sees and of no others. Five queries at most.
    """
    plan = _plan(member, old, terms)
    visible = account_sets.visible_to(actor)
    in_terms, held, kept = _in_terms(terms), _held(plan.now, member), _held(plan.kept, member)
    kinds = _kinds(visible, member, in_terms)
    return Preview(
        gained=_named(gained(kinds, plan), visible.filter(in_terms & ~held)),
        lost=_named(lost(kinds, plan), visible.filter(held & ~kept & ~in_terms)),
        on_accounts=account_changes(kinds, plan),
        in_workspace=list(workspace_changes(plan)),
        beyond_limits=beyond_limits(kinds, plan),
    )


def gained(kinds: Kinds, plan: Plan) -> int:
    """Return how many accounts come into sight."""
    return sum(n for kind, n in kinds.items() if plan.after(kind) and not plan.before(kind))


def lost(kinds: Kinds, plan: Plan) -> int:
    """Return how many accounts go out of sight."""
    return sum(n for kind, n in kinds.items() if plan.before(kind) and not plan.after(kind))


def account_changes(kinds: Kinds, plan: Plan) -> list[Change]:
    """Return the levels that change, by group, with the number of accounts on which they do."""
    found: Counter[tuple[str, Level, Level]] = Counter()
    for kind, number in kinds.items():
        for each in _changes(effective.ACCOUNT_GROUPS, plan.before(kind), plan.after(kind)):
            found[each.group.code, each.before, each.after] += number
    return [
        Change(group, before, after, number)
        for group in effective.ACCOUNT_GROUPS
        for (code, before, after), number in found.most_common()
        if code == group.code
    ]


def workspace_changes(plan: Plan) -> Iterator[Change]:
    """Yield the levels that change in the workspace as a whole."""
    before = effective.together(plan.now)
    after = effective.together(plan.kept) | plan.given
    return _changes(effective.WORKSPACE_GROUPS, before, after)


def beyond_limits(kinds: Kinds, plan: Plan) -> int:
    """Return on how many accounts of the terms a kept grant moves money beyond their limits."""
    if plan.terms is None or not plan.given & LIMITED:
        return 0
    limits = plan.terms.limits
    freer = [x for x in plan.kept if x.mask & LIMITED and not limits_of(x).is_within(limits)]
    return sum(n for kind, n in kinds.items() if kind.is_in_terms and _on(freer, kind))


def _changes(groups: Iterable[Group], before: Mask, after: Mask) -> Iterator[Change]:
    for group in groups:
        old, new = group.level_in(before), group.level_in(after)
        if old != new:
            yield Change(group, old, new)


def _plan(member: Member, old: Grant | None, terms: Terms | None) -> Plan:
    now = timezone.now()
    grants = for_reading(Grant.objects.filter(member=member))
    active = [each for each in grants if each.is_active(now)]
    return Plan(member, active, [each for each in active if not old or each.pk != old.pk], terms)


def _kinds(visible: Any, member: Member, in_terms: Q) -> Kinds:
    """Count the accounts of each kind, in one query."""
    is_in = Case(When(in_terms, then=Value(1)), default=Value(0), output_field=BooleanField())
    mine = FilteredRelation("reach", condition=Q(reach__member=member.pk))
    rows = visible.annotate(mine=mine, is_in_terms=is_in).order_by()
    columns = rows.values_list("is_primary", "mine__grants", "is_in_terms")
    return {
        Kind(is_primary, reached or 0, bool(is_in)): number
        for is_primary, reached, is_in, number in columns.annotate(number=Count("pk"))
    }


def _named(number: int, found: Any) -> Named:
    return Named(number, list(found.order_by("listing_key")[:MOST_NAMES]) if number else ())


def _in_terms(terms: Terms | None) -> Q:
    """Return the condition on accounts that the terms hold them."""
    if terms is None:
        return _NO
    if terms.scope == Scope.TAG:
        return account_sets.having_tag(terms.tag_id or 0)
    if terms.scope == Scope.SELECTED:
        return Q(pk__in=terms.account_ids)
    return Q(is_primary=False) if terms.scope == Scope.SUBACCOUNTS else _EVERY


def _held(grants: list[Grant], member: Member) -> Q:
    """Return the condition on accounts that one of the member's grants holds them."""
    scopes = {each.scope for each in grants}
    if Scope.ALL in scopes:
        return _EVERY
    bits = sum(each.bit for each in grants)
    among = Q(pk__in=Reach.objects.filter(member=member, grants__shares=bits).values("account"))
    return among | Q(is_primary=False) if Scope.SUBACCOUNTS in scopes else among


def _on(grants: Iterable[Grant], kind: Kind) -> list[Grant]:
    return policy.those_holding(grants, is_primary=kind.is_primary, reached=kind.reached)
