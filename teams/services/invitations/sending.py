"""Asking people to join."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from teams import ceilings, mailing, policy, wording
from teams.addresses import stored
from teams.capabilities import Capability
from teams.models import Grant, Invitation, Member
from teams.policy import Actor
from teams.services import granting
from teams.services.granting import Terms
from teams.services.invitations.ending import UNANSWERED, void
from teams.services.turns import turn
from vault.secret import Secret

DAYS = 7
"""So long an invitation can be accepted."""
PER_PERSON = 50
"""Invitations that one person may send within 24 hours."""
PER_WORKSPACE = 200
"""Invitations that a workspace may send within 24 hours."""


class AlreadyInvitedError(Exception):
    """Some addresses have an open invitation, or a part in the workspace that the actor sees."""

    def __init__(self, addresses: list[str]) -> None:
        super().__init__(f"Already invited or here: {', '.join(addresses)}.")
        self.addresses = addresses


class TooManyInvitationsError(Exception):
    """The person or the workspace has sent as many invitations as may go out within a day."""


class Guest(NamedTuple):
    """Who is asked to join."""

    email: str
    name: str = ""


class Sent(NamedTuple):
    """An invitation and its link, which is known now and never again."""

    invitation: Invitation
    link: Secret


def invite(
    actor: Actor, *, guests: Sequence[Guest], terms: Sequence[Terms], message: str = ""
) -> list[Sent]:
    """Ask people to join, each with all of these terms: all of them or nobody.

    Whether an address has a login somewhere makes no difference. Raises `MissingCapabilityError`,
    `CeilingError`, `AlreadyInvitedError`, `TooManyInvitationsError`.
    """
    with turn(actor) as now:
        policy.require(now, Capability.TEAM_INVITE)
        _require_room(now, len(guests))
        addresses = [stored(each.email) for each in guests]
        _void_old(now, addresses)
        _refuse_known(now, addresses)
        invitations = [Invitation(email=x.email, name=x.name, message=message) for x in guests]
        sent = [_make(now, each, terms) for each in invitations]
        for each in sent:
            _record(Event.MEMBER_INVITED, now, each.invitation)
    return sent


def resend(actor: Actor, *, invitation: Invitation) -> Sent:
    """Send an invitation again, with a new link and new days; the old link leads nowhere.

    Whoever sends it answers for it from now on, and must be able to give what it promises.
    Raises as `invite` does, and `AlreadyInvitedError` where it was answered meanwhile.
    """
    with turn(actor) as now:
        policy.require(now, Capability.TEAM_INVITE)
        _require_room(now, 1)
        own = Invitation.objects.filter(pk=invitation.pk, workspace=now.workspace)
        promised = Grant.objects.filter(invitation__in=own).select_related("role")
        terms = [Terms.of(each) for each in promised.prefetch_related("accounts").order_by("pk")]
        if not void(own):
            raise AlreadyInvitedError([invitation.email])
        again = Invitation(email=invitation.email, name=invitation.name, message=invitation.message)
        sent = _make(now, again, terms)
        _record(Event.INVITATION_RESENT, now, sent.invitation)
    return sent


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _make(actor: Actor, invitation: Invitation, terms: Sequence[Terms]) -> Sent:
    token = secrets.token_urlsafe(32)
    invitation.email = stored(invitation.email)
    invitation.workspace, invitation.invited_by = actor.workspace, actor.user
    invitation.digest = digest_of(token)
    invitation.expires_at = invitation.invited_at + timedelta(days=DAYS)
    invitation.save()
    grants = [granting.promise(actor, invitation=invitation, terms=each) for each in terms]
    path = reverse("teams:enter_invitation", args=[token])
    _post(invitation, grants, path)
    return Sent(invitation, Secret(settings.BASE_URL + path))


def _post(invitation: Invitation, grants: list[Grant], path: str) -> None:
    with mailing.in_zone_of(None):
        mailing.post(
            "invitation",
            invitation.email,
            path=path,
            name=invitation.name,
            workspace=invitation.workspace.name,
            inviter=str(invitation.invited_by),
            message=invitation.message,
            access=[wording.sentence(each) for each in grants],
            until=mailing.moment(invitation.expires_at),
        )


def _require_room(actor: Actor, number: int) -> None:
    """Raise where so many more would be too many. Withdrawn ones count: their mail went out."""
    recent = Invitation.objects.filter(invited_at__gt=timezone.now() - timedelta(days=1))
    by_person = recent.filter(invited_by=actor.user).count()
    in_workspace = recent.filter(workspace=actor.workspace).count()
    if by_person + number > PER_PERSON or in_workspace + number > PER_WORKSPACE:
        raise TooManyInvitationsError


def _void_old(actor: Actor, addresses: list[str]) -> None:
    """End invitations that are too old to be accepted, to make room for new ones."""
    old = Invitation.objects.filter(workspace=actor.workspace, email__in=addresses)
    void(old.filter(expires_at__lte=timezone.now()))


def _refuse_known(actor: Actor, addresses: list[str]) -> None:
    invited = Invitation.objects.filter(UNANSWERED, workspace=actor.workspace)
    known = set(invited.filter(email__in=addresses).values_list("email", flat=True))
    known |= {each for each in _seen(actor) if each in addresses}
    if known:
        raise AlreadyInvitedError(sorted(known))


def _seen(actor: Actor) -> set[str]:
    """Return the addresses of the members that the actor sees anyway, and the actor's own.

    Others are asked like anybody else, so that nothing is learned about who is here.
    """
    members = Member.objects.filter(workspace=actor.workspace).select_related("user")
    own = {stored(actor.user.email)}
    if not policy.can(actor, Capability.TEAM_VIEW):
        return own
    judged = members.prefetch_related("grants__role", "grants__accounts")
    hidden = ceilings.above(actor, judged)
    return own | {stored(each.user.email) for each in judged if each.pk not in hidden}


def _record(event: Event, actor: Actor, invitation: Invitation) -> None:
    promised = invitation.grants.select_related("role", "tag").order_by("pk")
    record(
        event,
        actor=actor.user,
        workspace=actor.workspace,
        target=invitation,
        new={
            "name": invitation.name,
            "access": [granting.described(each) for each in promised],
            "expires_at": invitation.expires_at,
        },
    )
