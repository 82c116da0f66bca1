"""Whom of a team a person sees, and with what is read of them: queries that start at the actor.

People who hold more than the actor are not shown to the actor, except oneself.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from teams import account_sets, ceilings
from teams.capabilities import Capability
from teams.models import Grant, Member
from teams.policy import Actor

ORDER = "listed_as"
"""The unique column that lists of members are sorted and cut by."""


def visible_members(actor: Actor) -> QuerySet[Member]:
    """Return the members that the actor sees, with their logins and what they are sorted by."""
    team = Member.objects.filter(workspace=actor.workspace)
    if not actor.is_primary_user:
        judged = team.prefetch_related(_judged_grants())
        hidden = ceilings.above(actor, judged) - {actor.member_id}
        team = team.exclude(pk__in=hidden)
    return team.select_related("user").annotate(**{ORDER: Lower("user__username")})


def visible_member(actor: Actor, pk: int) -> Member | None:
    """Return one member, or None where the actor does not see them."""
    team = Member.objects.filter(workspace=actor.workspace, pk=pk)
    member = team.select_related("user", "workspace").first()
    if member is None or (member.pk != actor.member_id and ceilings.is_above(actor, member)):
        return None
    return member


def sees_primary_user(actor: Actor) -> bool:
    """Return whether the actor learns who owns the workspace: whoever sees all of it does."""
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    return seen.everything or seen.subaccounts


def with_grants(members: QuerySet[Member]) -> QuerySet[Member]:
    """Return the members with their grants as `grants.all()`, to be put into words."""
    return members.prefetch_related(Prefetch("grants", for_reading(Grant.objects.all())))


def for_reading(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Return grants with all that `teams.wording` says of them, in their order."""
    links: QuerySet[Any, Any] = Grant.accounts.through._default_manager.filter(grant=OuterRef("pk"))
    number = links.order_by().values("grant").values(number=Count("pk"))
    chosen = grants.select_related("role", "tag", "given_by", "member__user")
    return chosen.annotate(selected=Coalesce(Subquery(number), 0)).order_by("place", "pk")


def readable_grants(actor: Actor, member: Member) -> list[Grant]:
    """Return a member's grants as the actor may read them.

    One that is over may name accounts that were never the actor's; only who sees all reads it.
    """
    grants = for_reading(Grant.objects.filter(member=member))
    if not actor.extent(Capability.ACCOUNT_VIEW).everything:
        grants = grants.filter(lasting(timezone.now()))
    return list(grants)


def lasting(now: datetime) -> Q:
    """Return the condition on grants that they are not over."""
    return Q(ends_at=None) | Q(ends_at__gt=now)


def active_grants(members: Iterable[Member]) -> dict[int, list[Grant]]:
    """Return what each of these members holds now, by the member's id; suspended ones hold nothing.

    One query.
    """
    now = timezone.now()
    held: dict[int, list[Grant]] = {each.pk: [] for each in members if not each.suspended_at}
    grants = for_reading(Grant.objects.filter(member__in=list(held)))
    for grant in grants:
        if grant.is_active(now) and grant.member_id is not None:
            held[grant.member_id].append(grant)
    return held


def narrowed(
    members: QuerySet[Member], *, q: str = "", state: str = "", role: str = ""
) -> QuerySet[Member]:
    """Return the members that were asked for; `role` is a preset's code or an own role's id."""
    if q:
        members = members.filter(Q(user__username__icontains=q) | Q(user__email__icontains=q))
    if role:
        now = timezone.now()
        named = Q(role=int(role)) if role.isdecimal() else Q(preset=role)
        held = Grant.objects.filter(lasting(now), named, member=OuterRef("pk"))
        members = members.filter(Exists(held))
    return STATES[state](members) if state in STATES else members


def _without_access(members: QuerySet[Member]) -> QuerySet[Member]:
    held = Grant.objects.filter(lasting(timezone.now()), member=OuterRef("pk"))
    return members.filter(~Exists(held))


STATES: dict[str, Any] = {
    "active": lambda members: members.filter(suspended_at=None),
    "suspended": lambda members: members.filter(suspended_at__isnull=False),
    "no_access": _without_access,
    "no_factor": lambda members: members.filter(user__has_second_factor=False),
}


def _judged_grants() -> Prefetch[Any]:
    """Return a prefetch of what `ceilings.above` judges; of accounts it asks the ids alone."""
    ids = account_sets.all_accounts().only("pk")
    grants = Grant.objects.filter(lasting(timezone.now())).select_related("role")
    return Prefetch("grants", grants.prefetch_related(Prefetch("accounts", ids)))
