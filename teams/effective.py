"""What grants come to together, as people see it: levels in groups, and which grants give them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from teams.capabilities import EVERYTHING, NOTHING, ON_ACCOUNTS, Mask
from teams.levels import GROUPS, Group, Level
from teams.models import Grant


@dataclass(frozen=True)
class Right:
    """A level in a group, and the grants without which it would not be held."""

    group: Group
    level: Level
    why: tuple[Grant, ...] = ()

    @property
    def is_partly_more(self) -> bool:
        """Something beyond the level is held, but not all of the next one."""
        return self.group.is_partly_above(together(self.why))


def is_on_accounts(group: Group) -> bool:
    """Return whether the group is about single accounts, and not about the workspace."""
    return bool(group.whole & ON_ACCOUNTS)


ACCOUNT_GROUPS: tuple[Group, ...] = tuple(filter(is_on_accounts, GROUPS.values()))
WORKSPACE_GROUPS: tuple[Group, ...] = tuple(
    each for each in GROUPS.values() if each not in ACCOUNT_GROUPS
)


class Allowing(Protocol):
    """A grant, or what is left of one for quick judgement."""

    @property
    def mask(self) -> Mask:
        """What it allows."""


def together(grants: Iterable[Allowing]) -> Mask:
    """Return everything that these grants allow."""
    mask = NOTHING
    for each in grants:
        mask |= each.mask
    return mask


def rights(grants: Sequence[Grant], groups: Iterable[Group]) -> Iterator[Right]:
    """Yield the groups of which these grants, all on the same thing, give something."""
    mask = together(grants)
    for group in groups:
        if group.whole & mask:
            yield right(grants, group)


def right(grants: Sequence[Grant], group: Group) -> Right:
    """Return the level that these grants give in the group, and which of them do.

    Where no single one reaches the level, all that add to it are named.
    """
    level = group.level_in(together(grants))
    adding = [each for each in grants if each.mask & group.whole]
    alone = [each for each in adding if group.level_in(each.mask) == level]
    return Right(group, level, tuple(alone or adding))


def of_primary_user(group: Group) -> Right:
    """Return the right of who holds everything without a grant."""
    return Right(group, group.level_in(EVERYTHING))
