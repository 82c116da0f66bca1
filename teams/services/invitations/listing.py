"""Invitations that wait for an answer, as people who look after them see them."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from teams import ceilings, policy, roster, wording
from teams.capabilities import Capability
from teams.models import Grant, Invitation
from teams.policy import Actor
from teams.services.invitations.ending import UNANSWERED


@dataclass(frozen=True)
class OpenInvitation:
    """One line of the list."""

    invitation: Invitation
    access: list[str]
    names_inviter: bool = True

    @property
    def is_expired(self) -> bool:
        """Too old to be accepted; it can be sent again."""
        return self.invitation.expires_at <= timezone.now()


def open_invitations(actor: Actor) -> list[OpenInvitation]:
    """Return the invitations that wait for an answer, the newest first.

    Without those that promise more than the actor holds, unless they are the actor's own. At
    most 6 queries.
    """
    if not policy.can(actor, Capability.TEAM_VIEW):
        return []
    waiting = list(_with_grants(actor, Invitation.objects.filter(workspace=actor.workspace)))
    hidden = ceilings.above(actor, waiting)
    return [
        OpenInvitation(
            each,
            [wording.sentence(grant) for grant in each.grants.all()],
            names_inviter=roster.names_everybody(actor) or each.invited_by_id == actor.user.pk,
        )
        for each in waiting
        if each.pk not in hidden or each.invited_by_id == actor.user.pk
    ]


def find(actor: Actor, pk: int) -> Invitation | None:
    """Return one of them, or None where the actor does not see it."""
    return next((x.invitation for x in open_invitations(actor) if x.invitation.pk == pk), None)


def _with_grants(actor: Actor, invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Return them with their grants, and with the selections that are judged for most people."""
    grants = roster.for_reading(Grant.objects.all())
    if not actor.is_primary_user:
        grants = ceilings.with_selections(grants)
    waiting = invitations.filter(UNANSWERED).select_related("invited_by")
    return waiting.prefetch_related(Prefetch("grants", grants)).order_by("-invited_at", "-pk")
