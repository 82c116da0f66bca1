"""The two sides of a transfer. One is always the primary account, the other a subaccount."""

from typing import NamedTuple

from accounts.models import Account
from operations.models.asked import Asked
from teams.transfers import Direction


class Sides(NamedTuple):
    """Who takes part, and which way; `direction` is seen from the subaccount."""

    primary: Account
    subaccount: Account
    direction: Direction

    @property
    def giver(self) -> Account:
        """Who has less afterwards."""
        return self.primary if self.direction is Direction.GIVE else self.subaccount

    @property
    def receiver(self) -> Account:
        """Who has more afterwards."""
        return self.subaccount if self.direction is Direction.GIVE else self.primary


def sides_of(asked: Asked) -> Sides:
    """Return the sides of a transfer that is asked for."""
    subaccount = asked.account
    assert subaccount is not None  # noqa: S101 - a transfer is about one
    primary = primary_of(asked.workspace_id)
    gives = asked.from_key == primary.api_key
    return Sides(primary, subaccount, Direction.GIVE if gives else Direction.TAKE)


def primary_of(workspace_id: int) -> Account:
    """Return the primary account of a workspace; a database constraint keeps it at one."""
    found: Account = Account.objects.get(workspace=workspace_id, is_primary=True)
    return found
