"""Giving, changing and ending what members may do."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from teams import account_sets, ceilings, policy
from teams.capabilities import Capability, codes_of
from teams.ceilings import UNLIMITED, Limits, Proposal
from teams.models import Grant, Invitation, Member, Role
from teams.policy import Actor
from teams.presets import PRESETS
from teams.services import reach, requests
from teams.services.turns import turn

Scope = Grant.Scope


class TooManyGrantsError(Exception):
    """A member has all the grants that one can have."""


class GrantEndedError(Exception):
    """Somebody else ended the grant meanwhile; there is nothing to change or end any more."""


@dataclass(frozen=True)
class Terms:
    """What is to be given: a preset or a role of the workspace's own, where, and within what."""

    scope: str
    preset: str = ""
    role: Role | None = None
    tag_id: int | None = None
    account_ids: frozenset[int] = frozenset()
    limits: Limits = UNLIMITED
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    may_pass_on: bool = False
    with_primary: bool = False
    reason: str = ""

    @property
    def proposal(self) -> Proposal:
        """These terms as a ceiling sees them."""
        mask = self.role.mask if self.role else PRESETS[self.preset].mask
        return Proposal(
            mask=mask,
            scope=self.scope,
            tag_id=self.tag_id,
            account_ids=self.account_ids,
            limits=self.limits,
            ends_at=self.ends_at,
            may_pass_on=self.may_pass_on,
            with_primary=self.with_primary,
        )

    @classmethod
    def of(cls, grant: Grant) -> "Terms":
        """Return what a saved grant gives."""
        saved = Proposal.of(grant)
        return cls(
            scope=grant.scope,
            preset=grant.preset,
            role=grant.role,
            tag_id=grant.tag_id,
            account_ids=saved.account_ids,
            limits=saved.limits,
            starts_at=grant.starts_at,
            ends_at=grant.ends_at,
            may_pass_on=grant.may_pass_on,
            with_primary=grant.with_primary,
            reason=grant.reason,
        )


def give(actor: Actor, *, member: Member, terms: Terms) -> Grant:
    """Give a member access. It takes effect at once.

    Raises `MissingCapabilityError`, `CeilingError`, `TooManyGrantsError`.
    """
    with turn(actor) as now:
        require_may_change(now, member)
        terms = require_may_give(now, terms)
        grant = _save(Grant(member=member, place=_free_place(member), given_by=now.user), terms)
        reach.extend_to_grant(grant)
        record(
            Event.GRANT_GIVEN,
            actor=now.user,
            workspace=now.workspace,
            target=member,
            new=described(grant),
            reason=terms.reason,
        )
        requests.settle(now, grant)
    return grant


def change(actor: Actor, *, grant: Grant, terms: Terms) -> Grant:
    """Put other terms in the place of a member's grant and return it.

    Raises as `give` does, and `GrantEndedError`.
    """
    with turn(actor) as now:
        grant = _anew(grant)
        member = _member_of(grant)
        require_may_change(now, member)
        terms = require_may_give(now, terms)
        old = described(grant)
        reach.withdraw_grant(grant)
        grant.given_by, grant.given_at, grant.told_days = now.user, timezone.now(), None
        _save(grant, terms)
        reach.extend_to_grant(grant)
        record(
            Event.GRANT_CHANGED,
            actor=now.user,
            workspace=now.workspace,
            target=member,
            old=old,
            new=described(grant),
            reason=terms.reason,
        )
        requests.settle(now, grant)
    return grant


def end(actor: Actor, *, grant: Grant, reason: str = "") -> None:
    """Take access back, at once.

    Raises `MissingCapabilityError`, `CeilingError` and `GrantEndedError`.
    """
    with turn(actor) as now:
        grant = _anew(grant)
        member = _member_of(grant)
        require_may_change(now, member)
        old = described(grant)
        reach.withdraw_grant(grant)
        grant.delete()
        record(
            Event.GRANT_ENDED,
            actor=now.user,
            workspace=now.workspace,
            target=member,
            old=old,
            reason=reason,
        )


def promise(actor: Actor, *, invitation: Invitation, terms: Terms) -> Grant:
    """Attach terms to an invitation, in the turn of whoever invites. Raises `CeilingError`."""
    terms = require_may_give(actor, terms)
    return _save(Grant(invitation=invitation, given_by=actor.user), terms)


def redeem(member: Member, promised: Grant) -> Grant:
    """Turn a promised grant into the new member's; in the transaction of the acceptance."""
    promised.member, promised.invitation = member, None
    promised.place = _free_place(member)
    promised.save(update_fields=["member", "invitation", "place"])
    reach.extend_to_grant(promised)
    return promised


def require_may_change(actor: Actor, member: Member) -> None:
    """Raise unless the actor may change what this member of the actor's workspace holds."""
    policy.require(actor, Capability.TEAM_MANAGE)
    if not Member.objects.filter(pk=member.pk, workspace=actor.workspace).exists():
        raise PermissionDenied("This person does not belong to the workspace any more.")
    ceilings.require_may_manage(actor, member)


def require_may_give(actor: Actor, terms: Terms) -> Terms:
    """Raise unless these terms are of the actor's workspace and not above the actor's ceiling.

    Returns them with the role as it is now: it may have been changed since they were made.
    """
    _require_own_workspace(actor, terms)
    current = replace(terms, role=terms.role and Role.objects.get(pk=terms.role.pk))
    ceilings.require_may_give(actor, [current.proposal])
    return current


def described(grant: Grant) -> dict[str, Any]:
    """Return a grant as it stands in the audit book."""
    limits = {name: getattr(grant, name) for name in Limits._fields}
    told: dict[str, Any] = {
        "role": grant.role_name,
        "capabilities": codes_of(grant.mask),
        "scope": grant.scope,
        "tag": str(grant.tag) if grant.tag else None,
        "accounts": sorted(grant.accounts.values_list("api_key", flat=True)),
        **limits,
        "starts_at": grant.starts_at,
        "ends_at": grant.ends_at,
        "may_pass_on": grant.may_pass_on,
        "with_primary": grant.with_primary,
    }
    return {name: value for name, value in told.items() if value not in (None, [], False)}


def _require_own_workspace(actor: Actor, terms: Terms) -> None:
    """Raise where something named by the terms is of another workspace. Forms offer none."""
    workspace = actor.workspace
    foreign_role = terms.role and not workspace.roles.filter(pk=terms.role.pk).exists()
    foreign_tag = terms.tag_id and not account_sets.tags_of(workspace).filter(pk=terms.tag_id)
    own = account_sets.accounts_of(workspace).filter(pk__in=terms.account_ids).count()
    if foreign_role or foreign_tag or own != len(terms.account_ids):
        raise PermissionDenied("A role, tag or account belongs to another workspace.")


def _anew(grant: Grant) -> Grant:
    """Return the grant as it is now: what it reaches is taken away by its place and its scope."""
    found = Grant.objects.select_related("member", "role", "tag").filter(pk=grant.pk).first()
    if found is None:
        raise GrantEndedError
    return found


def _save(grant: Grant, terms: Terms) -> Grant:
    """Write the terms on the grant, its selection included."""
    grant.scope, grant.tag_id = terms.scope, terms.tag_id
    grant.preset, grant.role = terms.preset, terms.role
    for name, value in zip(Limits._fields, terms.limits, strict=True):
        setattr(grant, name, value)
    grant.starts_at, grant.ends_at = terms.starts_at, terms.ends_at
    grant.may_pass_on, grant.with_primary = terms.may_pass_on, terms.with_primary
    grant.reason = terms.reason
    grant.save()
    grant.accounts.set(terms.account_ids)
    return grant


def _free_place(member: Member) -> int:
    taken = set(member.grants.values_list("place", flat=True))
    free = (place for place in range(Grant.MOST) if place not in taken)
    place = next(free, None)
    if place is None:
        raise TooManyGrantsError
    return place


def _member_of(grant: Grant) -> Member:
    if grant.member is None:
        raise ValueError("a promise of an invitation is no member's grant")
    return grant.member
