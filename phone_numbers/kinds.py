"""A phone number that goes from the primary account to a subaccount, or back."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from accounts.models import Account
from api_secrets.services import holding
from audit.events import Event
from operations.errors import RefusedError, UnreliableError
from operations.kinds import Absent, Conflict, Fence, Found, Kind, Sighting
from operations.models import Operation
from operations.models.asked import Asked
from operations.services.unknown import settles_at
from operations.states import HELD, State
from operations.times import seconds, times
from operations.wire import CannotConnectError
from phone_numbers.models import Number
from subaccounts.sides import Sides, sides_of
from teams import transfers
from teams.capabilities import Capability
from teams.policy import Actor
from vonage_api import Timeouts, VonageClient
from vonage_api.outcomes import Outcome, Rejected, Unknown
from vonage_api.phone_numbers import STARTS_WITH

_CONFLICT = 409
_UNDER_WAY = [*HELD, State.AWAITING]


class TransferNumber(Kind):
    """A number that changes its account. Where it is shows in the lists of both."""

    code = "transfer_number"
    noun = "transfer of a phone number"
    asked = Event.NUMBER_ASKED
    settled = Event.NUMBER_SETTLED
    seen_with = Capability.NUMBER_VIEW

    def require(self, actor: Actor, asked: Asked) -> None:
        """Raise unless the right is held on both sides and the number is there to be moved."""
        sides = sides_of(asked)
        transfers.require_may_move(
            actor,
            moved="number",
            direction=sides.direction,
            subaccount=sides.subaccount,
            primary=sides.primary,
        )
        _require_sides(sides)
        if _under_way(asked):
            raise RefusedError("This number is being moved already.")
        if not _numbers_of(sides.giver, asked).exists():
            raise RefusedError(f"{sides.giver} does not have this number, as far as we know.")

    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once. That it is there already is looked into: it may have been us."""
        outcome = client.number_transfers.make(
            from_key=operation.from_key,
            to_key=operation.to_key,
            number=operation.wanted["msisdn"],
            country=operation.wanted["country"],
            before_first_byte=fence,
        )
        if isinstance(outcome, Rejected) and outcome.heard.status == _CONFLICT:
            return Unknown(error=outcome.error, reason="status", heard=outcome.heard)
        return outcome

    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Look which of the two accounts lists the number."""
        return {each.pk: _sighting(client, each) for each in operations}

    def took_effect(self, operation: Operation, value: Any) -> None:  # noqa: ARG002 - says no more
        """Let the number be with the other account, set up for nothing."""
        sides = sides_of(operation)
        moved = _numbers_of(sides.giver, operation).first()
        if moved is None:
            return
        Number.objects.filter(pk=moved.pk).delete()
        Number.objects.get_or_create(
            account=sides.receiver,
            country=moved.country,
            msisdn=moved.msisdn,
            defaults={
                "workspace_id": moved.workspace_id,
                "type": moved.type,
                "features": moved.features,
                "first_seen_at": operation.closed_at or timezone.now(),
            },
        )

    def sentence(self, asked: Asked, name: str) -> str:
        """Return which number goes where."""
        account = asked.account
        way = "to" if account is not None and asked.to_key == account.api_key else "from"
        other = "from" if way == "to" else "to"
        return f"+{asked.wanted['msisdn']} goes {other} the primary account {way} {name}"


def _require_sides(sides: Sides) -> None:
    for account in (sides.giver, sides.receiver):
        if account.vanished_at:
            raise RefusedError(f"Vonage no longer lists {account}.")
        if account.suspended:
            raise RefusedError(f"{account} is suspended. Vonage moves no numbers from or to it.")


def _numbers_of(account: Account, asked: Asked) -> Any:
    return Number.objects.filter(
        account=account, msisdn=asked.wanted["msisdn"], country=asked.wanted["country"]
    )


def _under_way(asked: Asked) -> bool:
    """Return whether another transfer of the number is open: two at once have no order."""
    others = Operation.objects.filter(
        workspace=asked.workspace_id,
        kind=TransferNumber.code,
        wanted__msisdn=asked.wanted["msisdn"],
        state__in=_UNDER_WAY,
    )
    return others.exclude(form_token=asked.form_token).exists()


def _sighting(client: VonageClient, operation: Operation) -> Sighting:
    """Return where the number is; what can be said without the subaccount's own list, without it.

    The primary account's list decides where it has the number. Where it has not, only the
    subaccount's list proves that the number went there, and was not given back by somebody.
    Raises `UnreliableError` where it is not to be seen and a list may only be old.
    """
    sides = sides_of(operation)
    arrived_at_primary = sides.receiver.is_primary
    if _lists(client, operation):
        return Found() if arrived_at_primary else Absent()
    try:
        patience = Timeouts(connect=times().connect, read=times().listing, total=times().listing)
        with holding.client_of(sides.subaccount, patience) as own:
            is_there = _lists(own, operation)
    except holding.NotHeldError:
        if arrived_at_primary:
            return Absent()
        return _unseen(
            operation,
            "The primary account no longer lists this number. Whether the subaccount has it, "
            "Vonage tells to the subaccount only, and no secret of it is held here.",
        )
    except CannotConnectError as error:
        return Conflict(f"The subaccount's numbers cannot be listed: {error}", stops=False)
    if is_there:
        return Absent() if arrived_at_primary else Found()
    return _unseen(operation, "Neither of the two accounts lists this number.")


def _unseen(operation: Operation, sentence: str) -> Conflict:
    """Return that a person has to look, once no list can be older than what may have happened."""
    is_unknown = operation.unknown_since is not None
    old = settles_at(operation) if is_unknown else operation.created_at + seconds(times().settle)
    if timezone.now() < old:
        raise UnreliableError(sentence)
    return Conflict(sentence, stops=False)


def _lists(client: VonageClient, operation: Operation) -> bool:
    """Return whether an account has the number.

    Raises `UnreliableError` where it says that there are more numbers than it lists.
    """
    wanted = operation.wanted
    page = client.numbers.owned(
        country=wanted["country"], pattern=wanted["msisdn"], search_pattern=STARTS_WITH
    )
    is_there = any(each.msisdn == wanted["msisdn"] for each in page.numbers)
    if not is_there and len(page.numbers) < page.count:
        raise UnreliableError("The list lacks numbers that it says are there.")
    return is_there
