"""Whom of a team a person sees, and with what is read of them: queries that start at the actor.

People who hold more than the actor are not shown to the actor, except oneself.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from prepared.json_rows import JsonRows, read
from teams import ceilings
from teams.capabilities import Capability
from teams.models import Grant, Member, Role, User
from teams.policy import Actor, Holding
from teams.presets import PRESETS

ORDER = "listed_as"
"""The unique column that lists of members are sorted and cut by."""

_NOBODY = 0
"""No member has this id."""


def visible_members(actor: Actor) -> QuerySet[Member]:
    """Return the members that the actor sees, with their logins and what they are sorted by."""
    team = Member.objects.filter(workspace=actor.workspace)
    if not actor.is_primary_user:
        team = team.exclude(pk__in=ceilings.members_above(actor))
    return team.select_related("user").annotate(**{ORDER: Lower("user__username")})


def visible_member(actor: Actor, pk: int) -> Member | None:
    """Return one member, or None where the actor does not see them."""
    team = Member.objects.filter(workspace=actor.workspace, pk=pk)
    member = team.select_related("user", "workspace").first()
    return member if _is_visible(actor, member) else None


def primary_user(actor: Actor) -> User | None:
    """Return who owns the workspace, or None for people who see but a part of it."""
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    if actor.is_primary_user:
        return actor.user
    return actor.workspace.primary_user if seen.everything or seen.subaccounts else None


def names_everybody(actor: Actor) -> bool:
    """Return whether the person learns the names of all who act here, also of those above."""
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    return seen.everything or seen.subaccounts


def visible_grant(actor: Actor, *, member: int, pk: int) -> Grant | None:
    """Return one grant of a member, both by id; None where the actor does not see them."""
    grants = Grant.objects.filter(pk=pk, member=member, member__workspace=actor.workspace)
    found = for_reading(_readable(actor, grants)).select_related("member__workspace").first()
    return found if _is_visible(actor, found.member if found else None) else None


def with_grants(members: QuerySet[Member]) -> QuerySet[Member]:
    """Return the members with their grants as `grants.all()`, to be put into words."""
    return members.prefetch_related(Prefetch("grants", for_reading(Grant.objects.all())))


def with_holdings(members: QuerySet[Member]) -> QuerySet[Member]:
    """Return the members with what `holdings` reads, in the same query."""
    now = timezone.now()
    begun = Q(starts_at=None) | Q(starts_at__lte=now)
    held = Grant.objects.filter(begun, lasting(now), member=OuterRef("pk")).order_by("place")
    masks = held.annotate(own_mask=F("role__mask"))
    return members.annotate(held=JsonRows(masks, "place", "preset", "own_mask", "scope"))


def holdings(member: Member) -> list[Holding]:
    """Return what a member `with_holdings` holds now; nothing while suspended."""
    if member.suspended_at:
        return []
    rows = read(member.held)  # type: ignore[attr-defined] # annotated above
    return [
        Holding(PRESETS[preset].mask if preset else mask, scope, place)
        for place, preset, mask, scope in rows
    ]


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
    return list(for_reading(_readable(actor, Grant.objects.filter(member=member))))


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
    """Return the members that were asked for; `role` is a preset's code."""
    if q:
        members = members.filter(Q(user__username__icontains=q) | Q(user__email__icontains=q))
    if role:
        held = Grant.objects.filter(lasting(timezone.now()), preset=role, member=OuterRef("pk"))
        members = members.filter(Exists(held))
    return STATES[state](members) if state in STATES else members


def _is_visible(actor: Actor, member: Member | None) -> bool:
    """Return whether the member is there and seen by the actor.

    In the place of one who is not there nobody is judged, so that no clock tells which it was.
    """
    if member and member.pk == actor.member_id:
        return True
    is_above = ceilings.is_above(actor, member or Member(pk=_NOBODY))
    return member is not None and not is_above


def _readable(actor: Actor, grants: QuerySet[Grant]) -> QuerySet[Grant]:
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    return grants if seen.everything else grants.filter(lasting(timezone.now()))


def _without_access(members: QuerySet[Member]) -> QuerySet[Member]:
    held = Grant.objects.filter(lasting(timezone.now()), member=OuterRef("pk"))
    return members.filter(~Exists(held))


STATES: dict[str, Any] = {
    "active": lambda members: members.filter(suspended_at=None),
    "suspended": lambda members: members.filter(suspended_at__isnull=False),
    "no_access": _without_access,
    "no_factor": lambda members: members.filter(user__has_second_factor=False),
}


def holders(actor: Actor, **role: Any) -> QuerySet[Member]:
    """Return the members whom the actor sees that have, or will have, `role=` or `preset=`."""
    held = Grant.objects.filter(lasting(timezone.now()), member__isnull=False, **role)
    return visible_members(actor).filter(pk__in=held.values("member"))


def own_roles(actor: Actor) -> QuerySet[Role]:
    """Return the roles that the workspace made for itself, by name."""
    return Role.objects.filter(workspace=actor.workspace).order_by(Lower("name"), "pk")
