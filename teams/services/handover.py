"""The workspace on its way to another primary user: offered, agreed to, and done a day later.

The owner is one column that is never empty, changed by one conditional update: at every moment
there is exactly one primary user.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.writing import CONSOLE, SWITCHBOARD, record
from teams import mailing, policy
from teams.capabilities import Capability
from teams.models import Grant, Handover, Member, User, Workspace
from teams.policy import Actor
from teams.services import granting
from teams.services.ending import end_part
from teams.services.granting import Terms
from teams.services.turns import turn

logger = logging.getLogger(__name__)

DELAY = timedelta(days=1)
"""Between the agreement and the change; the old primary user may call it off."""

_KEEPS = Terms(
    scope=Grant.Scope.ALL,
    preset="administrator",
    may_pass_on=True,
    reason="Handed over the workspace.",
)
"""What the old primary user has afterwards."""


class HandoverError(Exception):
    """It cannot be done as things stand. The text is for the person to read."""


def under_way(workspace: Workspace) -> Handover | None:
    """Return the handover that is offered or agreed to, if any."""
    open_ones = Handover.objects.filter(workspace=workspace, ended_at=None)
    return open_ones.select_related("workspace", "offered_by", "offered_to").first()


def offer(actor: Actor, *, member: Member) -> Handover:
    """Offer the workspace to a member. Raises `HandoverError`; `PermissionDenied` for others."""
    with turn(actor) as now:
        _require_owner(now)
        if under_way(now.workspace):
            raise HandoverError("An offer is open already. Call it off first.")
        heir = _heir(now.workspace, member.user_id)
        made = Handover.objects.create(
            workspace=now.workspace, offered_by=now.user, offered_to=heir.user
        )
        _tell("handover_offered", made, [heir.user])
        _tell("handover_notice", made, administrators(now.workspace), but=heir.user)
        _record(Event.OWNERSHIP_OFFERED, made, now.user)
    return made


def accept(actor: Actor) -> Handover:
    """Agree to take the workspace over, a day from now. Raises `HandoverError`."""
    with turn(actor) as now:
        mine = _offered_to(now)
        agreed_at = timezone.now()
        unanswered = Handover.objects.filter(pk=mine.pk, accepted_at=None)
        if not unanswered.update(accepted_at=agreed_at, due_at=agreed_at + DELAY):
            raise HandoverError("You have agreed already.")
        mine.refresh_from_db(fields=["accepted_at", "due_at"])
        _tell("handover_accepted", mine, [mine.offered_by])
        _tell("handover_notice", mine, administrators(now.workspace), but=now.user)
        _record(Event.OWNERSHIP_ACCEPTED, mine, now.user)
    return mine


def cancel(actor: Actor) -> None:
    """Call it off, as the primary user, at any time before it happens. Raises `HandoverError`."""
    with turn(actor) as now:
        _require_owner(now)
        _call_off(_open(now.workspace), now.user)


def decline(actor: Actor) -> None:
    """Say no, as the one to whom it is offered, also after having agreed. As `cancel`."""
    with turn(actor) as now:
        _call_off(_offered_to(now), now.user)


def carry_out_due(now: datetime) -> int:
    """Hand over what is due; return how many workspaces got another primary user."""
    due = Handover.objects.filter(ended_at=None, due_at__lte=now)
    number = 0
    for pk, workspace in list(due.order_by("due_at", "pk").values_list("pk", "workspace")):
        try:
            number += _carry_out(pk, workspace, now)
        except Exception:
            # The others are not to wait for it; it is tried again at the next tick.
            logger.exception("handover failed", extra={"workspace_id": workspace})
    return number


@transaction.atomic
def recover(workspace: Workspace, heir: User) -> User:
    """Make the person the primary user at the console; return the old one, who has no part left.

    Raises `HandoverError` where nothing would change, or the person cannot sign in.
    """
    locked = Workspace.objects.select_for_update().get(pk=workspace.pk)
    old = locked.primary_user
    if old == heir:
        raise HandoverError(f"{heir} is the primary user already.")
    if not heir.is_active:
        raise HandoverError(f"The login of {heir} is switched off.")
    Handover.objects.filter(workspace=locked, ended_at=None).update(ended_at=timezone.now())
    _make_owner(locked, heir, instead_of=old)
    end_part(old, locked)
    for each in (old, heir):
        _post("ownership_recovered", each, locked, old=str(old), new=str(heir))
    record(
        Event.OWNERSHIP_RECOVERED,
        actor=CONSOLE,
        workspace=locked,
        target=heir,
        old={"primary_user": str(old)},
        new={"primary_user": str(heir)},
    )
    return old


def administrators(workspace: Workspace) -> list[User]:
    """Return the members who look after the workspace itself, and so are told about its owner."""
    grants = Grant.objects.filter(member__workspace=workspace, member__suspended_at=None)
    now = timezone.now()
    return list(
        {
            grant.member.user_id: grant.member.user
            for grant in grants.select_related("role", "member__user")
            if grant.member and grant.is_active(now)
            if grant.mask & Capability.WORKSPACE_SETTINGS.bit
        }.values()
    )


def _carry_out(pk: int, workspace_id: int, now: datetime) -> bool:
    with transaction.atomic():
        workspace = Workspace.objects.select_for_update().get(pk=workspace_id)
        due = Handover.objects.filter(pk=pk, ended_at=None, due_at__lte=now)
        if not due.update(ended_at=now):
            return False
        done = Handover.objects.select_related("workspace", "offered_by", "offered_to").get(pk=pk)
        try:
            heir = _heir(workspace, done.offered_to_id)
            _make_owner(workspace, heir.user, instead_of=done.offered_by)
        except HandoverError as error:
            _record(Event.OWNERSHIP_CANCELLED, done, SWITCHBOARD, reason=str(error))
            return False
        _keep_as_member(workspace, old=done.offered_by, new=heir.user)
        told = [done.offered_by, heir.user, *administrators(workspace)]
        _tell("handover_done", done, told)
        _record(Event.OWNERSHIP_HANDED_OVER, done, SWITCHBOARD)
    return True


def _make_owner(workspace: Workspace, heir: User, *, instead_of: User) -> None:
    """Change the owner, whose row among the members goes: an owner needs no grants."""
    owned = Workspace.objects.filter(pk=workspace.pk, primary_user=instead_of)
    if not owned.update(primary_user=heir):
        raise HandoverError("Somebody else owns the workspace by now.")
    Member.objects.filter(workspace=workspace, user=heir).delete()


def _keep_as_member(workspace: Workspace, *, old: User, new: User) -> None:
    member = Member.objects.create(workspace=workspace, user=old, invited_by=new)
    owner = policy.actor_in(new, workspace.slug)
    assert owner is not None  # noqa: S101 - just made so
    granting.give(owner, member=member, terms=_KEEPS)


def _require_owner(actor: Actor) -> None:
    if not actor.is_primary_user:
        raise PermissionDenied("Only the primary user hands the workspace over.")


def _heir(workspace: Workspace, user_id: int) -> Member:
    """Return the member who may become the owner."""
    members = Member.objects.filter(workspace=workspace, user=user_id, suspended_at=None)
    heir = members.filter(user__is_active=True).select_related("user").first()
    if heir is None:
        raise HandoverError("This person does not belong to the workspace, or is locked out.")
    return heir


def _open(workspace: Workspace) -> Handover:
    found = under_way(workspace)
    if found is None:
        raise HandoverError("There is no offer any more. Nothing was changed.")
    return found


def _offered_to(actor: Actor) -> Handover:
    found = _open(actor.workspace)
    if found.offered_to_id != actor.user.pk:
        raise PermissionDenied("The workspace was not offered to you.")
    return found


def _call_off(handover: Handover, user: User) -> None:
    Handover.objects.filter(pk=handover.pk).update(ended_at=timezone.now())
    told = [handover.offered_by, handover.offered_to, *administrators(handover.workspace)]
    _tell("handover_off", handover, told, but=user)
    _record(Event.OWNERSHIP_CANCELLED, handover, user)


def _tell(
    template: str, handover: Handover, people: Iterable[User], *, but: User | None = None
) -> None:
    """Mail each of the people once."""
    for user in {each.pk: each for each in people if each != but}.values():
        with mailing.in_zone_of(user):
            _post(
                template,
                user,
                handover.workspace,
                old=str(handover.offered_by),
                new=str(handover.offered_to),
                due=mailing.moment(handover.due_at) if handover.due_at else "",
            )


def _post(template: str, user: User, workspace: Workspace, **words: str) -> None:
    path = reverse("teams:handover", args=[workspace.slug])
    mailing.post(template, user.email, path=path, workspace=workspace.name, **words)


def _record(event: Event, handover: Handover, actor: User | str, reason: str = "") -> None:
    record(
        event,
        actor=actor,
        workspace=handover.workspace_id,
        target=handover.offered_to,
        old={"primary_user": str(handover.offered_by)},
        new={"primary_user": str(handover.offered_to), "due_at": handover.due_at},
        reason=reason,
    )
