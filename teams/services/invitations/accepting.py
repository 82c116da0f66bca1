"""Answering an invitation.

The link's token is exchanged for its digest in the session at once: neither the address bar nor
the stored session holds anything that would let somebody in. All that is granted stands with the
invitation; nothing that the browser sends can widen it.
"""

from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.models import Entry
from audit.writing import record
from teams import ceilings, mailing, policy
from teams.addresses import is_same
from teams.capabilities import Capability
from teams.ceilings import Proposal
from teams.models import Grant, Invitation, Member, User, Workspace
from teams.services import granting
from teams.services.invitations.ending import UNANSWERED
from teams.services.invitations.sending import digest_of

_KEY = "invitation"


class VoidInvitationError(Exception):
    """Used, withdrawn, too old, or from somebody who could not give that any more."""


class OtherAddressError(Exception):
    """The invitation is for another address than those that the login has proved."""


class AlreadyMemberError(Exception):
    """The person has a part in the workspace already; others decide what it is."""


class LoginTakenError(Exception):
    """There is a login with the invited address, or somebody was quicker to take the name."""


@dataclass(frozen=True)
class Newcomer:
    """What somebody without a login chooses."""

    username: str
    password: str = field(repr=False)
    time_zone: str = ""


def enter(request: HttpRequest, token: str) -> None:
    """Note in the session which invitation the link is about, if it leads anywhere."""
    digest = digest_of(token)
    if _usable(digest):
        request.session[_KEY] = digest


def pending(request: HttpRequest) -> Invitation | None:
    """Return the invitation that the session is about, while it can be accepted."""
    digest = request.session.get(_KEY)
    return _usable(digest) if digest else None


def is_invited(request: HttpRequest, email: str = "") -> bool:
    """Return whether the session holds a usable invitation; to this address, if one is given."""
    invitation = pending(request)
    return invitation is not None and (not email or is_same(invitation.email, email))


def is_waiting(request: HttpRequest, user: User) -> bool:
    """Return whether the session holds an invitation that this login can answer."""
    invitation = pending(request)
    return invitation is not None and is_for(invitation, user)


def is_for(invitation: Invitation, user: User) -> bool:
    """Return whether the login has proved that the invited address is its own."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return any(is_same(invitation.email, each) for each in proved)


def join(invitation: Invitation, newcomer: Newcomer) -> User:
    """Make a login with the invited address and accept with it; both or neither.

    Raises `VoidInvitationError` and `LoginTakenError`.
    """
    if EmailAddress.objects.filter(email__iexact=invitation.email, verified=True).exists():
        raise LoginTakenError
    try:
        with transaction.atomic():
            user = _new_login(invitation.email, newcomer)
            accept(invitation, user)
    except IntegrityError as error:
        raise LoginTakenError from error
    return user


def _new_login(email: str, newcomer: Newcomer) -> User:
    """Make a login whose address counts as proved: the link came there, and only there."""
    user = User.objects.create_user(
        username=newcomer.username,
        email=email,
        password=newcomer.password,
        time_zone=newcomer.time_zone,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def accept_for(user: User, request: HttpRequest) -> Member:
    """Accept the invitation of the session with a login. Raises as `accept` does."""
    invitation = pending(request)
    if invitation is None:
        raise VoidInvitationError
    member = accept(invitation, user)
    forget(request)
    return member


def forget(request: HttpRequest) -> None:
    """Take the invitation out of the session: it is answered, or is to be answered later."""
    request.session.pop(_KEY, None)


def accept(invitation: Invitation, user: User) -> Member:
    """Let the person in with what the invitation promises. It works once.

    Raises `VoidInvitationError`, `OtherAddressError`, `AlreadyMemberError`.
    """
    if not is_for(invitation, user):
        _note_refusal(invitation, user)
        raise OtherAddressError
    with transaction.atomic():
        # One change of a team at a time, as in `turns.turn`; the person is no actor here yet.
        Workspace.objects.select_for_update().get(pk=invitation.workspace_id)
        now = _usable(invitation.digest)
        if now is None or not _use(now):
            raise VoidInvitationError
        member = _let_in(now, user)
        record(
            Event.INVITATION_ACCEPTED,
            actor=user,
            workspace=now.workspace,
            target=member,
            new={"invitation": now.pk, "invited_by": str(now.invited_by)},
        )
    return member


def _usable(digest: str) -> Invitation | None:
    """Return the invitation, unless it is answered, too old, or nobody stands behind it."""
    waiting = Invitation.objects.filter(UNANSWERED, digest=digest, expires_at__gt=timezone.now())
    found = waiting.select_related("workspace", "invited_by").first()
    return found if found and _is_backed(found) else None


def _is_backed(invitation: Invitation) -> bool:
    """Return whether the inviter could still give everything that was promised."""
    inviter = policy.actor_in(invitation.invited_by, invitation.workspace.slug)
    if inviter is None or not inviter.user.is_active:
        return False
    promised = Grant.objects.filter(invitation=invitation).select_related("role")
    proposals = [Proposal.of(each) for each in promised.prefetch_related("accounts")]
    may_invite = policy.can(inviter, Capability.TEAM_INVITE)
    return may_invite and not ceilings.objections(inviter, proposals)


def _use(invitation: Invitation) -> bool:
    """Use the invitation up and return True, or False where somebody was quicker."""
    unused = Invitation.objects.filter(UNANSWERED, pk=invitation.pk)
    return unused.update(accepted_at=timezone.now()) == 1


def _let_in(invitation: Invitation, user: User) -> Member:
    workspace = invitation.workspace
    is_here = Member.objects.filter(workspace=workspace, user=user).exists()
    if is_here or workspace.primary_user_id == user.pk:
        raise AlreadyMemberError
    member = Member.objects.create(workspace=workspace, user=user, invited_by=invitation.invited_by)
    for promised in Grant.objects.filter(invitation=invitation).order_by("pk"):
        granting.redeem(member, promised)
    mailing.post(
        "joined",
        invitation.invited_by.email,
        path=reverse("home"),
        workspace=workspace.name,
        person=str(user),
    )
    return member


def _note_refusal(invitation: Invitation, user: User) -> None:
    with transaction.atomic():
        record(
            Event.INVITATION_ACCEPTED,
            actor=user,
            workspace=invitation.workspace_id,
            target=invitation,
            outcome=Entry.Outcome.REFUSED,
            reason="The invitation is for another address.",
        )
