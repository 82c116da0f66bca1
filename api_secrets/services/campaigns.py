"""Replacing the API secrets of many accounts, for one reason. Each has a rotation of its own."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from api_secrets.models import Campaign, Rotation
from api_secrets.services.rotating import Purpose, note, require
from audit.events import Event
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor


def begin(
    actor: Actor, accounts: Sequence[Account], *, name: str, due_at: datetime | None
) -> Campaign:
    """Begin to replace the secrets of many accounts; those that are being replaced are left out.

    Raises `MissingCapabilityError` where a right is missing on one of them.
    """
    policy.require(actor, Capability.BULK_RUN)
    for account in accounts:
        require(actor, account, purpose=Purpose.USERS, replaces=True)
    with transaction.atomic():
        campaign = Campaign.objects.create(workspace=actor.workspace, name=name, made_by=actor.user)
        busy = Rotation.objects.filter(account__in=accounts, ended_at=None)
        taken = set(busy.values_list("account_id", flat=True))
        rows = [
            Rotation(
                workspace=actor.workspace,
                account=account,
                purpose=Purpose.USERS,
                campaign=campaign,
                made_by=actor.user,
                due_at=due_at,
            )
            for account in accounts
            if account.pk not in taken
        ]
        Rotation.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        note(Event.CAMPAIGN_STARTED, actor, new={"name": name, "accounts": len(rows)})
    return campaign


def stop(actor: Actor, campaign: Campaign) -> bool:
    """Let no rotation of a campaign take another step; return whether that is new."""
    policy.require(actor, Capability.BULK_RUN)
    running = Campaign.objects.filter(pk=campaign.pk, stopped_at=None)
    with transaction.atomic():
        if not running.update(stopped_at=timezone.now()):
            return False
        note(Event.CAMPAIGN_STOPPED, actor, new={"name": campaign.name})
    return True


def resume(actor: Actor, campaign: Campaign) -> bool:
    """Let a stopped campaign go on where it stood; return whether that is new."""
    policy.require(actor, Capability.BULK_RUN)
    stopped = Campaign.objects.filter(pk=campaign.pk, stopped_at__isnull=False)
    with transaction.atomic():
        if not stopped.update(stopped_at=None):
            return False
        note(Event.CAMPAIGN_RESUMED, actor, new={"name": campaign.name})
    return True
