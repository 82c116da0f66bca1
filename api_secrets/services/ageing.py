"""When a secret counts as old, and who is told."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import warnings
from api_secrets.models import ApiSecret, SecretPolicy
from audit.events import Event
from audit.writing import record
from subaccounts.models import SeenSecret
from teams import mailing, policy
from teams.capabilities import Capability
from teams.models import Member, Workspace
from teams.policy import Actor

WARNINGS = {
    "old": warnings.Words(
        Capability.BULK_RUN,
        "API secrets are old",
        "Whoever got to know one of them meanwhile can still use it.",
        "api_secrets:everywhere",
    ),
    "known": warnings.Words(
        Capability.BULK_RUN,
        "Somebody who is gone knows API secrets that still work",
        "They were shown to somebody who is no longer in the team. Replace them.",
        "api_secrets:everywhere",
    ),
}
"""What the overview says of secrets."""
EVERY = timedelta(days=7)
"""So often the primary user is written to, while there are old ones."""


def old_after(workspace_id: int) -> timedelta:
    """Return the age from which a secret of the workspace counts as old."""
    found = SecretPolicy.objects.filter(pk=workspace_id).first()
    return timedelta(days=found.old_after_days if found else SecretPolicy.OLD_AFTER)


def change(actor: Actor, *, days: int) -> None:
    """Say from which age on, in days, secrets count as old."""
    policy.require(actor, Capability.WORKSPACE_SETTINGS)
    before = old_after(actor.workspace.pk).days
    if before == days:
        return
    with transaction.atomic():
        SecretPolicy.objects.update_or_create(
            workspace=actor.workspace, defaults={"old_after_days": days}
        )
        record(
            Event.SECRET_POLICY_CHANGED,
            actor=actor.user,
            workspace=actor.workspace,
            old={"days": before},
            new={"days": days},
        )


def warn(now: datetime) -> None:
    """Let the overviews warn of secrets that are old, or known to people who are gone."""
    for workspace in Workspace.objects.filter(mirror__isnull=False):
        codes = [
            *(["old"] if _old_in(workspace, now).exists() else []),
            *(["known"] if _known_outside(workspace).exists() else []),
        ]
        warnings.publish(workspace.pk, "api_secrets", codes)


def tell_due(now: datetime) -> int:
    """Write to the primary users where secrets are old, once a week; return to how many."""
    untold = Q(secret_policy=None) | Q(secret_policy__told_at=None)
    due = Workspace.objects.filter(untold | Q(secret_policy__told_at__lt=now - EVERY))
    return sum(_tell(workspace, now) for workspace in due.select_related("secret_policy"))


def _tell(workspace: Workspace, now: datetime) -> bool:
    age = old_after(workspace.pk)
    count = _old_in(workspace, now).count()
    if not count or not _claim(workspace, now):
        return False
    person = workspace.primary_user
    with mailing.in_zone_of(person):
        mailing.post(
            "old_secrets",
            person.email,
            path=f"/w/{workspace.slug}/secrets/",
            workspace=workspace.name,
            count=str(count),
            days=str(age.days),
        )
    return True


def _old_in(workspace: Workspace, now: datetime) -> QuerySet[ApiSecret]:
    return ApiSecret.objects.filter(
        account__workspace=workspace,
        account__vanished_at=None,
        gone_at=None,
        created_at__lt=now - old_after(workspace.pk),
    )


def _known_outside(workspace: Workspace) -> QuerySet[SeenSecret]:
    """Return the secrets that still work and were seen by somebody who is no longer here."""
    here = Member.objects.filter(workspace=workspace, user=OuterRef("person"))
    works = SeenSecret.objects.filter(
        workspace=workspace,
        operation__api_secret__isnull=False,
        operation__api_secret__gone_at=None,
    )
    return works.exclude(person=workspace.primary_user_id).exclude(Exists(here))


def _claim(workspace: Workspace, now: datetime) -> bool:
    """Say that it is told now; False where somebody else just did."""
    SecretPolicy.objects.get_or_create(workspace=workspace)
    untold = Q(told_at=None) | Q(told_at__lt=now - EVERY)
    return SecretPolicy.objects.filter(untold, pk=workspace.pk).update(told_at=now) == 1
