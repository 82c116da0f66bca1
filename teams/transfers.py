"""Through which grants somebody may move money between the primary account and a subaccount.

A transfer needs the right on both sides: `give` where money arrives, `take` where it leaves. A
grant that is `with_primary` counts for the primary account's side too, for accounts that it holds.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from django.utils import timezone

from teams.capabilities import Capability
from teams.ceilings import Limits
from teams.models import Grant, Reach
from teams.policy import AccountLike, Actor, MissingCapabilityError, those_holding

Moved = Literal["balance", "credit", "number"]


class Direction(StrEnum):
    """Which way, seen from the subaccount: it is given money, or money is taken from it."""

    GIVE = "give"
    TAKE = "take"


@dataclass(frozen=True)
class MovingGrant:
    """A grant through which one side of a transfer is allowed."""

    place: int
    limits: Limits
    preset: str
    role_id: int | None

    @classmethod
    def of(cls, grant: Grant) -> "MovingGrant":
        """Return what counts of a member's grant."""
        limits = Limits(*(getattr(grant, name) for name in Limits._fields))
        return cls(grant.place or 0, limits, grant.preset, grant.role_id)


Pair = tuple[MovingGrant, MovingGrant]
"""A grant for the subaccount's side and one for the primary account's; often the same."""


@dataclass(frozen=True)
class _Sides:
    """The active grants of the actor that allow each side."""

    subaccount: list[Grant]
    primary: list[Grant]


def grants_that_move(
    actor: Actor,
    *,
    moved: Moved,
    direction: Direction,
    subaccount: AccountLike,
    primary: AccountLike,
) -> list[Pair] | None:
    """Return the pairs of grants through which the actor may move this, this way, now.

    None for the primary user, whom no grant limits; nothing where the actor may not. At most two
    queries.
    """
    if not _is_at_home(actor, subaccount, primary):
        return []
    if actor.is_primary_user:
        return None
    sides = _sides(actor, moved, direction, subaccount, primary)
    alone = [(each, each) for each in sides.subaccount if _moves_alone(each, moved, direction)]
    together = [(one, other) for one in sides.subaccount for other in sides.primary]
    return [(MovingGrant.of(one), MovingGrant.of(other)) for one, other in (*alone, *together)]


def require_may_move(
    actor: Actor,
    *,
    moved: Moved,
    direction: Direction,
    subaccount: AccountLike,
    primary: AccountLike,
) -> None:
    """Raise `MissingCapabilityError` unless the actor may move this, this way, now.

    It names what is missing on the subaccount's side first.
    """
    pairs = grants_that_move(
        actor, moved=moved, direction=direction, subaccount=subaccount, primary=primary
    )
    if pairs is None or pairs:
        return
    at_home = _is_at_home(actor, subaccount, primary) and not actor.is_primary_user
    sides = _sides(actor, moved, direction, subaccount, primary) if at_home else _Sides([], [])
    if not sides.subaccount:
        raise MissingCapabilityError(_wanted(moved, direction), subaccount)
    raise MissingCapabilityError(_wanted(moved, _opposite(direction)), primary)


def _is_at_home(actor: Actor, *accounts: AccountLike) -> bool:
    return all(each.workspace_id == actor.workspace.pk for each in accounts)


def _sides(
    actor: Actor,
    moved: Moved,
    direction: Direction,
    subaccount: AccountLike,
    primary: AccountLike,
) -> _Sides:
    now = timezone.now()
    own = Grant.objects.filter(member=actor.member_id or 0, member__suspended_at=None)
    active = [each for each in own.select_related("role") if each.is_active(now)]
    reach = Reach.objects.filter(
        member=actor.member_id or 0, account__in=[subaccount.pk, primary.pk]
    )
    reached = dict(reach.values_list("account_id", "grants"))
    return _Sides(
        [
            each
            for each in those_holding(
                active, is_primary=False, reached=reached.get(subaccount.pk, 0)
            )
            if each.mask & _wanted(moved, direction).bit
        ],
        [
            each
            for each in those_holding(active, is_primary=True, reached=reached.get(primary.pk, 0))
            if each.mask & _wanted(moved, _opposite(direction)).bit
        ],
    )


def _moves_alone(grant: Grant, moved: Moved, direction: Direction) -> bool:
    return grant.with_primary and bool(grant.mask & _wanted(moved, _opposite(direction)).bit)


def _opposite(direction: Direction) -> Direction:
    return Direction.TAKE if direction is Direction.GIVE else Direction.GIVE


def _wanted(moved: Moved, direction: Direction) -> Capability:
    if moved == "number":
        return Capability.TRANSFER_NUMBER  # the same both ways
    return _CAPABILITIES[f"transfer.{moved}.{direction}"]


_CAPABILITIES = {each.value: each for each in Capability}
