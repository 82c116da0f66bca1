"""The customer of a campaign: a workspace that mirrors the simulator, and people who move money."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from accounts.models import Account, Connection, Mirror
from accounts.services import sync, vonage
from operations import wire
from operations.services import lanes
from teams.models import Grant, Member, User, Workspace
from teams.policy import Actor, actor_in
from vault.fields import seal_into
from vault.secret import Secret
from vonage_api import Credentials, Hosts, Retries, Timeouts, VonageClient
from vonage_api.budget import Family, MemoryBudget, Priority

PLENTY = 100_000
"""Requests a second: here the misbehaving Vonage is what is tried, and not our pace."""


PASSWORD = "of nobody but the drill"  # noqa: S105 - of a customer that is thrown away


class World(NamedTuple):
    """Who acts, and where. limited: somebody who may move `limit` EUR within 24 hours."""

    actor: Actor
    limited: Actor
    limit: Decimal
    primary: str
    subaccounts: list[Account]


def make(api_key: str, api_secret: str, limit: Decimal) -> World:
    """Make the workspace and read it once, as the product does. limit: see `World`."""
    owner = User.objects.create_user(username="owner", email="owner@example.com", password=PASSWORD)
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    workspace = Workspace.objects.create(slug="drill", name="Drill", primary_user=owner)
    Mirror.objects.create(workspace=workspace)
    row = Connection(workspace=workspace, api_key=api_key, api_host=settings.VONAGE_HOSTS[0])
    seal_into(row, "api_secret", Secret(api_secret))
    row.save()
    claimed = sync.take(workspace.pk, timezone.now())
    if claimed is None or not sync.run(claimed):
        raise RuntimeError("the simulator could not be read")
    lanes.lane_of(workspace.pk)
    own = Account.objects.filter(workspace=workspace, is_primary=False, shares_balance=False)
    limited = _member(workspace, limit)
    return World(Actor(owner, workspace), limited, limit, api_key, list(own.order_by("pk")))


def _member(workspace: Workspace, limit: Decimal) -> Actor:
    user = User.objects.create_user(username="limited", email="limited@example.com", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    Grant.objects.create(
        member=member, place=0, preset="finance", scope=Grant.Scope.ALL, per_day=str(limit)
    )
    actor = actor_in(user, workspace.slug)
    if actor is None:
        raise RuntimeError("the member has no part in the workspace")
    return actor


class _Unhurried(MemoryBudget):
    """A budget without pauses: what Vonage asks to wait for would take longer than the drill."""

    def pause(self, *, api_key: str, family: Family, seconds: float) -> None:
        """Wait for nothing."""


def go_at_any_pace(api_key: str, api_secret: str) -> None:
    """Let operations reach the simulator without waiting for permits."""
    budget = _Unhurried(per_second=dict.fromkeys(Family, PLENTY))
    api, rest = settings.VONAGE_HOSTS

    @contextmanager
    def opened(
        workspace_id: int,  # noqa: ARG001 - there is one
        timeouts: Timeouts,
        *,
        priority: Priority = Priority.PERSON,
    ) -> Iterator[VonageClient]:
        with VonageClient(
            credentials=Credentials(api_key=api_key, api_secret=api_secret),
            hosts=Hosts(api=api, rest=rest),
            timeouts=timeouts,
            retries=Retries(attempts=1),
            budget=budget,
            priority=priority,
        ) as client:
            yield client

    wire.opened_by(opened)


def sign_in_at_any_pace() -> None:
    """Let the product sign in by itself, with what it holds at that time, without permits."""
    budget = _Unhurried(per_second=dict.fromkeys(Family, PLENTY))
    vonage._budget = lambda: budget  # type: ignore[assignment] # noqa: SLF001 - there is no other way in
