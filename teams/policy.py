"""The one place that decides who may do what.

Pages, fragments, tasks and exports ask here. What a person holds nothing on does not exist for
that person; what is visible but not allowed is refused with the missing capability.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import FilteredRelation, Q
from django.utils import timezone

from prepared.queries import Prepared
from teams.capabilities import EVERYTHING, NEEDS_SECOND_FACTOR, NOTHING, Capability, Mask
from teams.models import Grant, Member, Reach, User, Workspace
from teams.presets import PRESETS

Scope = Grant.Scope


class MissingCapabilityError(PermissionDenied):
    """The person sees the thing but may not do this with it."""

    def __init__(self, capability: Capability) -> None:
        super().__init__(f"You need the right to {capability.description} ({capability}).")
        self.capability = capability


class AccountLike(Protocol):
    """What the judge must know of an account."""

    pk: Any
    workspace_id: Any
    is_primary: bool


class GrantLike(Protocol):
    """What tells whether a grant holds an account."""

    @property
    def scope(self) -> str:
        """Which accounts."""

    @property
    def bit(self) -> int:
        """Its bit in `Reach.grants`."""


H = TypeVar("H", bound=GrantLike)


@dataclass(frozen=True)
class Holding:
    """One active grant of the actor: what it allows, and where."""

    mask: Mask
    scope: str
    place: int

    @property
    def bit(self) -> int:
        """Its bit in `Reach.grants`."""
        return 1 << self.place


@dataclass(frozen=True)
class Extent:
    """The accounts on which something is held: all, all subaccounts, those of some grants."""

    everything: bool = False
    subaccounts: bool = False
    # The bits of grants by selection or tag; only they are looked up.
    grants: int = 0

    @property
    def is_empty(self) -> bool:
        """No account can be in it."""
        return not (self.everything or self.subaccounts or self.grants)


@dataclass(frozen=True)
class Actor:
    """A person in a workspace, with what the person holds there: who every query starts at."""

    user: User
    workspace: Workspace
    # None for the primary user, who needs no grants.
    member_id: int | None = None
    holdings: tuple[Holding, ...] = ()
    # Who really sits there, where somebody looks with this member's eyes.
    seen_by: User | None = None

    @property
    def is_primary_user(self) -> bool:
        """The one owner of the workspace."""
        return self.workspace.primary_user_id == self.user.pk

    @cached_property
    def anywhere(self) -> Mask:
        """What the person holds on at least one account, or in the workspace."""
        return EVERYTHING if self.is_primary_user else _union(self.holdings)

    @property
    def lacks_second_factor(self) -> bool:
        """The workspace asks this person for a second factor, and there is none."""
        person = self.seen_by or self.user
        wanted = self.workspace.second_factor_required and self.anywhere & NEEDS_SECOND_FACTOR
        return bool(wanted) and not person.has_second_factor

    def extent(self, capability: Capability) -> Extent:
        """Return the accounts on which the person holds the capability."""
        if self.is_primary_user:
            return Extent(everything=True)
        giving = [each for each in self.holdings if each.mask & capability.bit]
        scopes = {each.scope for each in giving}
        if Scope.ALL in scopes:
            return Extent(everything=True)
        looked_up = (each for each in giving if each.scope in {Scope.SELECTED, Scope.TAG})
        return Extent(
            subaccounts=Scope.SUBACCOUNTS in scopes, grants=sum(each.bit for each in looked_up)
        )


def workspaces_of(user: User) -> models.QuerySet[Workspace]:
    """Return the workspaces that the person has a part in, by name."""
    joined = Member.objects.filter(user=user, suspended_at=None).values("workspace")
    mine = Workspace.objects.filter(Q(primary_user=user) | Q(pk__in=joined))
    return mine.order_by("name", "pk")


def actor_in(user: User, slug: str) -> Actor | None:
    """Return the person as an actor of the workspace, or None where it is not the person's.

    One query, whatever the person holds.
    """
    rows = _part_in.rows(user.pk, slug)
    if not rows:
        return None
    workspace = Workspace.from_db("default", _COLUMNS, rows[0][: len(_COLUMNS)])
    return Actor(user, workspace, rows[0][_MEMBER], holdings_in(row[_GRANT:] for row in rows))


def actor_of(member: Member) -> Actor:
    """Return the member as an actor: what the person holds now, or nothing while suspended."""
    found = actor_in(member.user, member.workspace.slug)
    return found or Actor(member.user, member.workspace, member.pk)


def holdings_in(rows: Iterable[tuple[Any, ...]]) -> tuple[Holding, ...]:
    """Return the active ones of grants that came as rows of `GRANT_COLUMNS`."""
    now = timezone.now()
    return tuple(
        Holding(PRESETS[preset].mask if preset else mask, scope, place)
        for place, preset, mask, scope, starts_at, ends_at in rows
        if place is not None and _is_active(starts_at, ends_at, now)
    )


def can(actor: Actor, capability: Capability, account: AccountLike | None = None) -> bool:
    """Return whether the actor holds the capability on the account, or anywhere at all."""
    held = actor.anywhere if account is None else held_on(actor, account)
    return bool(held & capability.bit)


def require(actor: Actor, capability: Capability, account: AccountLike | None = None) -> None:
    """Raise `MissingCapabilityError` unless the actor holds the capability there."""
    if not can(actor, capability, account):
        raise MissingCapabilityError(capability)


def held_on(actor: Actor, account: AccountLike) -> Mask:
    """Return everything that the actor holds on the account; nothing in other workspaces.

    At most one query; none where no grant is by selection or tag.
    """
    if actor.is_primary_user and account.workspace_id == actor.workspace.pk:
        return EVERYTHING
    return _union(holdings_on(actor, account))


def holdings_on(actor: Actor, account: AccountLike) -> list[Holding]:
    """Return those of the actor's grants that hold the account."""
    if account.workspace_id != actor.workspace.pk:
        return []
    reached = _reaching(actor, account)
    return those_holding(actor.holdings, is_primary=account.is_primary, reached=reached)


def those_holding(holdings: Iterable[H], *, is_primary: bool, reached: int) -> list[H]:
    """Return those of a member's grants that hold an account, of which `Reach.grants` is known."""
    blanket = {Scope.ALL} if is_primary else {Scope.ALL, Scope.SUBACCOUNTS}
    return [each for each in holdings if each.scope in blanket or each.bit & reached]


def _reaching(actor: Actor, account: AccountLike) -> int:
    if all(each.scope in {Scope.ALL, Scope.SUBACCOUNTS} for each in actor.holdings):
        return NOTHING
    found = Reach.objects.filter(member=actor.member_id, account=account.pk)
    return found.values_list("grants", flat=True).first() or NOTHING


def _union(holdings: Iterable[Holding]) -> Mask:
    mask = NOTHING
    for each in holdings:
        mask |= each.mask
    return mask


def _is_active(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> bool:
    return (starts_at is None or starts_at <= now) and (ends_at is None or now < ends_at)


GRANT_COLUMNS = ("place", "preset", "role__mask", "scope", "starts_at", "ends_at")
_COLUMNS = [field.attname for field in Workspace._meta.concrete_fields]
_MEMBER = len(_COLUMNS)
_GRANT = _MEMBER + 1


def _part(user: Any, slug: Any) -> models.QuerySet[Workspace, Any]:
    """Return the workspace once for each grant, and once where there is none."""
    own = Q(members__user=user, members__suspended_at=None)
    workspaces = Workspace.objects.annotate(mine=FilteredRelation("members", condition=own))
    has_part = Q(primary_user=user) | Q(mine__isnull=False)
    return workspaces.filter(has_part, slug=slug).values_list(
        *_COLUMNS, "mine__pk", *(f"mine__grants__{name}" for name in GRANT_COLUMNS)
    )


_part_in = Prepared(_part)
