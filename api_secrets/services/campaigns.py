"""Replacing the API secrets of many accounts, for one reason. Each has a rotation of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import Account
from api_secrets.listing import LEAST
from api_secrets.models import Campaign, Rotation
from api_secrets.services.rotating import End, Purpose, note, require
from audit.events import Event
from operations.errors import RefusedError
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn

LISTED = 50
"""So many campaigns are listed."""
MOST = 500
"""So many accounts one campaign has at most."""


class Sorted(NamedTuple):
    """Accounts that can be in a campaign, and those that cannot, with why."""

    ready: list[Account]
    left_out: list[tuple[Account, str]]


class Tally(NamedTuple):
    """How many rotations of a campaign stand where. waiting: for people."""

    every: int
    done: int
    stopped: int
    waiting: int
    under_way: int

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.waiting + self.under_way > 0


def sort_out(actor: Actor, accounts: QuerySet[Account]) -> Sorted:
    """Return which of the accounts can be in a campaign of this person, at most `MOST` of them."""
    live = Count("api_secrets", filter=Q(api_secrets__gone_at=None), distinct=True)
    busy = Count("rotations", filter=Q(rotations__ended_at=None), distinct=True)
    rows = accounts.annotate(live=live, busy=busy).order_by("listing_key", "pk")
    create = set(_held(actor, Capability.SECRET_CREATE))
    revoke = set(_held(actor, Capability.SECRET_REVOKE))
    ready: list[Account] = []
    left_out: list[tuple[Account, str]] = []
    for account in rows:
        reason = _objection(account, may=account.pk in create & revoke)
        if not reason and len(ready) >= MOST:
            reason = f"A campaign has at most {MOST} accounts."
        if reason:
            left_out.append((account, reason))
        else:
            ready.append(account)
    return Sorted(ready, left_out)


def _held(actor: Actor, capability: Capability) -> QuerySet[Account, int]:
    visible: QuerySet[Account] = Account.objects.visible_to(actor, capability)
    return visible.values_list("pk", flat=True)


def _objection(account: Account, *, may: bool) -> str:
    if account.is_primary:
        return "The primary account's secret is replaced on its own page."
    if not may:
        return "You may not add and revoke its secrets."
    if account.suspended:
        return "It is suspended: no new secret could be proved."
    if account.busy:  # type: ignore[attr-defined] # annotated
        return "Its secret is being replaced already."
    if account.live > LEAST:  # type: ignore[attr-defined] # annotated
        return "It has two secrets already. Revoke one first."
    return ""


def listed(actor: Actor) -> QuerySet[Campaign]:
    """Return the campaigns of the workspace, the newest first, with how far they are."""
    done = Count("rotations", filter=Q(rotations__ended_at__isnull=False))
    rows = Campaign.objects.filter(workspace=actor.workspace).select_related("made_by")
    return rows.annotate(every=Count("rotations"), over=done).order_by("-pk")[:LISTED]


def found(actor: Actor, pk: int) -> Campaign | None:
    """Return a campaign of the actor's workspace."""
    return Campaign.objects.filter(workspace=actor.workspace, pk=pk).first()


def tally(actor: Actor, campaign: Campaign) -> Tally:
    """Return how far a campaign has come, of the accounts in sight."""
    ended = Q(ended_at__isnull=False)
    found = _of(actor, campaign).aggregate(
        every=Count("pk"),
        done=Count("pk", filter=Q(end=End.DONE)),
        stopped=Count("pk", filter=Q(end=End.STOPPED)),
        waiting=Count("pk", filter=Q(proved_at__isnull=False, revoked=None) & ~ended),
        under_way=Count("pk", filter=~ended & ~Q(proved_at__isnull=False, revoked=None)),
    )
    return Tally(**found)


def lines(actor: Actor, campaign: Campaign, count: int) -> QuerySet[Rotation]:
    """Return the rotations of a campaign, those first that wait for people."""
    rows = _of(actor, campaign).select_related("account", "added", "revoked")
    open_first = F("ended_at").asc(nulls_first=True)
    return rows.order_by(open_first, F("proved_at").asc(nulls_last=True), "pk")[:count]


def _of(actor: Actor, campaign: Campaign) -> QuerySet[Rotation]:
    visible = Account.objects.visible_to(actor, Capability.SECRET_VIEW)
    return Rotation.objects.filter(campaign=campaign, account__in=visible)


def begin(
    actor: Actor, accounts: Sequence[Account], *, name: str, due_at: datetime | None
) -> Campaign:
    """Begin to replace the secrets of many accounts; those that are being replaced are left out.

    Raises `MissingCapabilityError` where a right is missing on one of them, and `RefusedError`
    where all of them are being replaced already: the same form sent twice begins one campaign.
    """
    policy.require(actor, Capability.BULK_RUN)
    for account in accounts:
        require(actor, account, purpose=Purpose.USERS, replaces=True)
    with turn(actor):
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
        if not rows:
            raise RefusedError("The secrets of all these accounts are being replaced already.")
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
