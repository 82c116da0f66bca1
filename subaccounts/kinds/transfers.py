"""Transfers of balance and of credit between the primary account and a subaccount."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from accounts.models import Account, Mirror
from audit.events import Event
from operations.errors import RefusedError
from operations.kinds import Candidate, Fence, Kind, Sighting
from operations.models import Operation
from operations.models.asked import Asked
from subaccounts import candidates, guardrails, limits
from subaccounts.services import listing
from subaccounts.sides import Sides, sides_of
from teams import transfers
from teams.capabilities import Capability
from teams.policy import Actor
from vonage_api import VonageClient
from vonage_api.outcomes import Outcome
from vonage_api.transfers import Transfer, Transfers


class _Transfer(Kind):
    """What balance and credit have in common."""

    moved: ClassVar[transfers.Moved]
    asked = Event.TRANSFER_ASKED
    settled = Event.TRANSFER_SETTLED
    seen_with = Capability.TRANSFER_VIEW
    moves_money = True

    def require(self, actor: Actor, asked: Asked) -> None:
        """Raise unless rights, limits and guardrails allow it, and both sides can take part."""
        sides = sides_of(asked)
        self._require_right(actor, sides)
        _require_sides(sides)
        limits.require_room(asked, self._pairs(actor, sides))
        guardrails.require_primary_keeps(asked, sides.primary)

    def approvals(self, actor: Actor, asked: Asked) -> list[str]:
        """Return why the rules of the workspace or the person's grants ask for an approval."""
        sides = sides_of(asked)
        return guardrails.reasons_for_approval(actor, asked, self._pairs(actor, sides))

    def is_dangerous(self, asked: Asked) -> bool:
        """Return whether nothing was ever moved there: money to a new recipient."""
        return guardrails.is_first_transfer(asked)

    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once, with our reference."""
        assert operation.amount is not None  # noqa: S101 - a constraint of the database
        return self.calls(client).make(
            from_key=operation.from_key,
            to_key=operation.to_key,
            amount=operation.amount,
            reference=operation.reference,
            before_first_byte=fence,
        )

    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Look for the references in the list of the subaccount's transfers."""
        return listing.look(self.calls(client), operations)

    def took_effect(self, operation: Operation, value: Any) -> None:
        """Keep the transfer, and have the figures read again."""
        if isinstance(value, Transfer):
            listing.keep(operation, value)
        mirrors = Mirror.objects.filter(pk=operation.workspace_id)
        mirrors.exclude(fault=Mirror.Fault.THROTTLED).update(due_at=operation.closed_at)

    def room(self, actor: Actor, asked: Asked) -> Decimal | None:
        """Return what the limits of the person's grants leave."""
        return limits.left_for(asked, self._pairs(actor, sides_of(asked)))

    def candidates(self, operation: Operation) -> list[Candidate]:
        """Return the transfers that it may be."""
        return candidates.transfers(operation)

    def was_chosen(self, operation: Operation, remote_id: str) -> None:
        """Give it the transfer."""
        candidates.take_transfer(operation, remote_id)

    def remote_id_of(self, value: Any) -> str:
        """Return Vonage's id of the transfer."""
        return str(value.id)

    def told(self, asked: Asked) -> dict[str, Any]:
        """Return what the audit book says: never the key of a side that a reader may not see."""
        sides = sides_of(asked)
        direction = "from" if sides.direction is transfers.Direction.TAKE else "to"
        return {
            "moved": self.moved,
            "amount": asked.amount,
            "direction": f"{direction} the subaccount",
            **({"memo": asked.memo} if asked.memo else {}),
        }

    def calls(self, client: VonageClient) -> Transfers:
        """Return the part of the client that makes and lists these."""
        found: Transfers = getattr(client, f"{self.moved}_transfers")
        return found

    def _require_right(self, actor: Actor, sides: Sides) -> None:
        transfers.require_may_move(
            actor,
            moved=self.moved,
            direction=sides.direction,
            subaccount=sides.subaccount,
            primary=sides.primary,
        )

    def _pairs(self, actor: Actor, sides: Sides) -> list[transfers.Pair] | None:
        return transfers.grants_that_move(
            actor,
            moved=self.moved,
            direction=sides.direction,
            subaccount=sides.subaccount,
            primary=sides.primary,
        )


class BalanceTransfer(_Transfer):
    """Funds from one side to the other."""

    code = "balance_transfer"
    noun = "transfer of balance"
    moved = "balance"


class CreditTransfer(_Transfer):
    """Credit limit from one side to the other."""

    code = "credit_transfer"
    noun = "transfer of credit"
    moved = "credit"


def _require_sides(sides: Sides) -> None:
    account: Account = sides.subaccount
    if account.vanished_at:
        raise RefusedError("Vonage no longer lists this account.", field="account")
    if account.shares_balance:
        raise RefusedError(
            "This account shares the balance of the primary account; it has nothing of its own to "
            "move. Switch it to a balance of its own first.",
            field="account",
        )
