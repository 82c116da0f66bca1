"""Invitations that lead nowhere any more."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from teams import policy
from teams.capabilities import Capability
from teams.models import Grant, Invitation, User, Workspace
from teams.policy import Actor
from teams.services.turns import turn

UNANSWERED = Q(accepted_at=None, withdrawn_at=None)
"""Neither accepted nor withdrawn; it may still be too old."""


def withdraw(actor: Actor, *, invitation: Invitation) -> None:
    """Make the link worthless. One that was answered meanwhile stays as it is.

    Raises `MissingCapabilityError`.
    """
    with turn(actor) as now:
        policy.require(now, Capability.TEAM_INVITE)
        own = Invitation.objects.filter(pk=invitation.pk, workspace=now.workspace)
        if void(own):
            record(
                Event.INVITATION_WITHDRAWN,
                actor=now.user,
                workspace=now.workspace,
                target=invitation,
            )


def void(invitations: QuerySet[Invitation]) -> list[Invitation]:
    """End those of the invitations that nobody answered, with what they promise; return them.

    In the transaction of whatever ends them. The promises go, so that they hold no role or tag.
    """
    ending = list(invitations.filter(UNANSWERED))
    ids = [each.pk for each in ending]
    Invitation.objects.filter(UNANSWERED, pk__in=ids).update(withdrawn_at=timezone.now())
    Grant.objects.filter(invitation__in=ids).delete()
    return ending


def void_those_of(user: User, workspace: Workspace) -> list[Invitation]:
    """End what a person who goes has asked others to."""
    return void(Invitation.objects.filter(workspace=workspace, invited_by=user))
