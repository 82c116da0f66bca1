"""Members leave, are removed, or are locked out for the time being.

The primary user is no member, so none of this can be done to the primary user.
"""

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from teams import ceilings, policy
from teams.capabilities import Capability
from teams.models import Member
from teams.policy import Actor
from teams.services.ending import end_part, lock_out, on_removal
from teams.services.turns import turn

__all__ = ["OwnerCannotLeaveError", "leave", "on_removal", "remove", "resume", "suspend"]


class OwnerCannotLeaveError(Exception):
    """The primary user has to hand the workspace over first."""


def remove(actor: Actor, *, member: Member, reason: str = "") -> None:
    """Take a member out of the workspace, with all access, at once.

    Raises `MissingCapabilityError`, and `CeilingError` for oneself or somebody who holds more.
    """
    with turn(actor) as now:
        policy.require(now, Capability.TEAM_REMOVE)
        found = _found(now, member)
        ceilings.require_may_manage(now, found)
        voided = end_part(found.user, now.workspace)
        record(
            Event.MEMBER_REMOVED,
            actor=now.user,
            workspace=now.workspace,
            target=member,
            old={"user": str(found.user), "withdrawn_invitations": voided},
            reason=reason,
        )


def leave(actor: Actor) -> None:
    """Leave the workspace. Raises `OwnerCannotLeaveError`."""
    with turn(actor) as now:
        if now.is_primary_user:
            raise OwnerCannotLeaveError
        member = Member.objects.get(workspace=now.workspace, user=now.user)
        voided = end_part(now.user, now.workspace)
        record(
            Event.MEMBER_LEFT,
            actor=now.user,
            workspace=now.workspace,
            target=member,
            old={"withdrawn_invitations": voided},
        )


def suspend(actor: Actor, *, member: Member, reason: str = "") -> None:
    """Lock a member out for the time being. What the member holds stays for later.

    Raises `MissingCapabilityError` and `CeilingError`; does nothing to who is locked out already.
    """
    _set_suspended(actor, member, Event.MEMBER_SUSPENDED, reason)


def resume(actor: Actor, *, member: Member, reason: str = "") -> None:
    """Let a member in again, with what the member held before. Raises as `suspend` does."""
    _set_suspended(actor, member, Event.MEMBER_RESUMED, reason)


def _set_suspended(actor: Actor, member: Member, event: Event, reason: str) -> None:
    is_end = event is Event.MEMBER_RESUMED
    with turn(actor) as now:
        policy.require(now, Capability.TEAM_MANAGE)
        found = _found(now, member)
        ceilings.require_may_manage(now, found)
        if is_end:
            # What comes back is given anew.
            ceilings.require_may_give(now, ceilings.held_by(found))
        waiting = Member.objects.filter(pk=found.pk, suspended_at__isnull=not is_end)
        if not waiting.update(suspended_at=None if is_end else timezone.now()):
            return
        if not is_end:
            lock_out(found.user, now.workspace)
        record(event, actor=now.user, workspace=now.workspace, target=found, reason=reason)


def _found(actor: Actor, member: Member) -> Member:
    """Return the member anew. One who is gone, or belongs elsewhere, is nobody here."""
    here = Member.objects.filter(pk=member.pk, workspace=actor.workspace)
    found = here.select_related("user", "workspace").first()
    if found is None:
        raise PermissionDenied("This person does not belong to the workspace any more.")
    return found
