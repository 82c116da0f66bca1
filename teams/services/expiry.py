"""Access with an end: people are told before, and what is long over is cleared away."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from audit.events import Event
from audit.writing import SWITCHBOARD, record
from teams import mailing, wording
from teams.models import Grant, Invitation, User, Workspace
from teams.services import granting, reach
from teams.services.invitations import void

NOTICES = (7, 1)
"""Days before the end at which people are told, the earliest first."""
KEPT = timedelta(days=30)
"""What is over stays so long, for whoever looks why something worked until then."""
BATCH = 500


def tell_of_endings(now: datetime) -> int:
    """Tell members, and whoever gave it, of access that ends soon; return how many grants.

    Nobody is told of a day that was past when the access was given: it was known then.
    """
    return sum(_tell(pk, days) for days in reversed(NOTICES) for pk in _ending_within(days, now))


def clear_away(now: datetime) -> int:
    """Remove grants and invitations that are long over; return how many."""
    grants = Grant.objects.filter(member__isnull=False, ends_at__lte=now - KEPT)
    invitations = Invitation.objects.filter(
        accepted_at=None, withdrawn_at=None, expires_at__lte=now - KEPT
    )
    over = grants.order_by("ends_at", "pk").values_list("pk", "member__workspace")[:BATCH]
    old = invitations.order_by("expires_at", "pk").values_list("pk", "workspace")[:BATCH]
    ended = sum(_end(pk, workspace, now) for pk, workspace in list(over))
    return ended + sum(_withdraw(pk, workspace) for pk, workspace in list(old))


def _ending_within(days: int, now: datetime) -> list[int]:
    span = timedelta(days=days)
    ending = Grant.objects.filter(
        Q(told_days=None) | Q(told_days__gt=days),
        member__suspended_at=None,
        member__isnull=False,
        ends_at__gt=now,
        ends_at__lte=now + span,
        given_at__lte=F("ends_at") - span,
    )
    return list(ending.order_by("ends_at", "pk").values_list("pk", flat=True))


def _tell(pk: int, days: int) -> bool:
    """Mail about one grant, once, whoever else is at it."""
    with transaction.atomic():
        untold = Grant.objects.filter(Q(told_days=None) | Q(told_days__gt=days), pk=pk)
        if not untold.update(told_days=days):
            return False
        related = ("member__user", "member__workspace", "given_by", "role", "tag")
        grant = Grant.objects.select_related(*related).get(pk=pk)
        assert grant.member is not None  # noqa: S101 - only members' are looked for
        _post("access_ends", grant.member.user, grant)
        giver = grant.given_by
        if giver and giver != grant.member.user and _has_part(giver, grant.member.workspace):
            _post("access_ends_given", giver, grant)
    return True


def _post(template: str, user: User, grant: Grant) -> None:
    assert grant.member is not None  # noqa: S101 - as above
    assert grant.ends_at is not None  # noqa: S101 - as above
    workspace = grant.member.workspace
    with mailing.in_zone_of(user):
        mailing.post(
            template,
            user.email,
            path=reverse("accounts:overview", args=[workspace.slug]),
            workspace=workspace.name,
            member=str(grant.member.user),
            access=wording.short(grant),
            end=mailing.moment(grant.ends_at),
        )


def _has_part(user: User, workspace: Workspace) -> bool:
    members = workspace.members.filter(user=user, suspended_at=None)
    return workspace.primary_user_id == user.pk or members.exists()


def _end(pk: int, workspace_id: int, now: datetime) -> bool:
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace_id)
        # Somebody may have given it a later end meanwhile.
        still = Grant.objects.filter(pk=pk, ends_at__lte=now - KEPT, member__isnull=False)
        grant = still.select_related("member__user", "role", "tag").first()
        if grant is None:
            return False
        old = granting.described(grant)
        reach.withdraw_grant(grant)
        grant.delete()
        record(
            Event.GRANT_ENDED,
            actor=SWITCHBOARD,
            workspace=workspace_id,
            target=grant.member,
            old=old,
            reason="It was over for 30 days.",
        )
    return True


def _withdraw(pk: int, workspace_id: int) -> bool:
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace_id)
        voided = void(Invitation.objects.filter(pk=pk))
        for each in voided:
            record(
                Event.INVITATION_WITHDRAWN,
                actor=SWITCHBOARD,
                workspace=workspace_id,
                target=each,
                reason="Nobody answered it.",
            )
    return bool(voided)
