"""A workspace's own roles. Changing one is like giving every grant of it anew."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied

from audit.events import Event
from audit.writing import record
from teams import ceilings, policy
from teams.capabilities import EVERYTHING, Capability, Mask, codes_of
from teams.ceilings import Proposal
from teams.levels import complete
from teams.models import Grant, Role
from teams.policy import Actor
from teams.services.turns import turn


class RoleInUseError(Exception):
    """Somebody holds a grant of the role, or is promised one."""


def make(actor: Actor, *, name: str, mask: Mask) -> Role:
    """Make a role. A list of rights gives nobody anything, so no ceiling is asked."""
    mask = _sensible(mask)
    with turn(actor) as now:
        policy.require(now, Capability.ROLE_MANAGE)
        role = Role.objects.create(workspace=now.workspace, name=name, mask=mask)
        record(
            Event.ROLE_MADE,
            actor=now.user,
            workspace=now.workspace,
            target=role,
            new={"name": name, "capabilities": codes_of(mask)},
        )
    return role


def change(actor: Actor, *, role: Role, name: str, mask: Mask) -> None:
    """Rename a role or change what it gives, to everybody who has it, at once.

    Raises `CeilingError` where the actor may not give one of its grants as they would be then.
    """
    mask = _sensible(mask)
    with turn(actor) as now:
        policy.require(now, Capability.ROLE_MANAGE)
        old = _found(now, role)
        if mask != old.mask:
            _require_may_give_anew(now, old, mask)
        Role.objects.filter(pk=old.pk).update(name=name, mask=mask)
        record(
            Event.ROLE_CHANGED,
            actor=now.user,
            workspace=now.workspace,
            target=role,
            old={"name": old.name, "capabilities": codes_of(old.mask)},
            new={"name": name, "capabilities": codes_of(mask)},
        )


def remove(actor: Actor, *, role: Role) -> None:
    """Remove a role that nobody has. Raises `RoleInUseError` otherwise."""
    with turn(actor) as now:
        policy.require(now, Capability.ROLE_MANAGE)
        old = _found(now, role)
        if old.grants.exists():
            raise RoleInUseError
        told = {"name": old.name, "capabilities": codes_of(old.mask)}
        Role.objects.filter(pk=old.pk).delete()
        record(Event.ROLE_REMOVED, actor=now.user, workspace=now.workspace, target=role, old=told)


def _found(actor: Actor, role: Role) -> Role:
    """Return the role anew. One that is gone, or belongs elsewhere, is none here."""
    found = Role.objects.filter(pk=role.pk, workspace=actor.workspace).first()
    if found is None:
        raise PermissionDenied("Somebody else removed this role meanwhile.")
    return found


def _sensible(mask: Mask) -> Mask:
    """Return the set with the sight of accounts, and without rights that do not exist (yet)."""
    return complete(mask & EVERYTHING)


def _require_may_give_anew(actor: Actor, role: Role, mask: Mask) -> None:
    grants = Grant.objects.filter(role=role).select_related("role").prefetch_related("accounts")
    ceilings.require_may_manage_all(actor, {each.member_id for each in grants if each.member_id})
    ceilings.require_may_give(actor, [replace(Proposal.of(each), mask=mask) for each in grants])
