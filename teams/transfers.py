"""Through which grants somebody may move money between the primary account and a subaccount."""

from dataclasses import dataclass
from enum import StrEnum

from teams.capabilities import Capability
from teams.ceilings import Limits
from teams.policy import AccountLike, Actor, MissingCapabilityError


class Direction(StrEnum):
    """Which way, seen from the subaccount."""

    GIVE = "give"
    TAKE = "take"


@dataclass(frozen=True)
class MovingGrant:
    """A grant through which one side of a transfer is allowed."""

    place: int
    limits: Limits
    preset: str
    role_id: int | None


def grants_that_move(
    actor: Actor,
    *,
    kind: str,  # noqa: ARG001 - the primary user moves everything
    direction: Direction,  # noqa: ARG001 - either way
    subaccount: AccountLike,  # noqa: ARG001 - wherever
    primary: AccountLike,  # noqa: ARG001 - as above
) -> list[tuple[MovingGrant, MovingGrant]] | None:
    """Return the pairs of grants for both sides; None for the primary user, who needs none."""
    return None if actor.is_primary_user else []


def require_may_move(
    actor: Actor,
    *,
    kind: str,
    direction: Direction,
    subaccount: AccountLike,
    primary: AccountLike,  # noqa: ARG001 - as above
) -> None:
    """Raise `MissingCapabilityError` unless the actor may move this kind of money this way."""
    if not actor.is_primary_user:
        raise MissingCapabilityError(_capability(kind, direction), subaccount)


def _capability(kind: str, direction: Direction) -> Capability:
    return next(each for each in Capability if each.value == f"transfer.{kind}.{direction}")
