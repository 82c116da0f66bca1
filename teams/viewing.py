"""Looking at a workspace with another member's eyes: to read, never to change anything.

Kept in the session of whoever looks, and judged anew at every request.
"""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audit.events import Event
from audit.writing import record
from teams import ceilings, policy
from teams.capabilities import Capability
from teams.models import Member
from teams.policy import Actor

Session = MutableMapping[str, Any]

_KEY = "view_as"


def start(actor: Actor, session: Session, *, member: Member) -> None:
    """Look with the member's eyes from now on.

    Raises `MissingCapabilityError` and, for oneself or somebody who holds more, `CeilingError`.
    """
    policy.require(actor, Capability.VIEW_AS)
    if member.workspace_id != actor.workspace.pk:
        raise PermissionDenied("The member belongs to another workspace.")
    ceilings.require_may_manage(actor, member)
    with transaction.atomic():
        session[_KEY] = {"workspace": actor.workspace.pk, "member": member.pk}
        _record(Event.VIEW_AS_STARTED, actor, member)


def stop(actor: Actor, session: Session) -> None:
    """Look with one's own eyes again."""
    kept = session.pop(_KEY, None)
    member = Member.objects.filter(pk=kept["member"]).first() if kept else None
    if member:
        with transaction.atomic():
            _record(Event.VIEW_AS_ENDED, actor, member)


def seen_by(actor: Actor, session: Session) -> Actor:
    """Return the actor, or the member as an actor where the session says to look like that."""
    kept = session.get(_KEY)
    if not kept or kept["workspace"] != actor.workspace.pk:
        return actor
    member = Member.objects.filter(pk=kept["member"], workspace=actor.workspace).first()
    if member is None or not _may_look(actor, member):
        return actor
    return replace(policy.actor_of(member), seen_by=actor.user)


def _may_look(actor: Actor, member: Member) -> bool:
    return policy.can(actor, Capability.VIEW_AS) and not ceilings.is_above(actor, member)


def _record(event: Event, actor: Actor, member: Member) -> None:
    record(event, actor=actor.user, workspace=actor.workspace, target=member)
