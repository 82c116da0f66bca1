"""Moving chosen numbers to one account: what would happen to each, and asking for it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied

from accounts.models import Account
from operations.errors import AlreadyAskedError, RefusedError, TokenUsedError
from operations.kinds import kind_of
from operations.models import Draft, Operation
from operations.services import asking
from phone_numbers.models import Number
from teams.policy import Actor


class Move(NamedTuple):
    """One number and what speaks against its move; nothing where nothing does."""

    number: Number
    objection: str


class Asked(NamedTuple):
    """What was asked for, and what was refused meanwhile."""

    operations: list[Operation]
    refused: list[Move]


def looked_at(actor: Actor, numbers: Sequence[Number], to: Account) -> list[Move]:
    """Return what would happen to each number."""
    return [Move(each, _objection(actor, each, to)) for each in numbers]


def ask(
    actor: Actor, numbers: Sequence[Number], to: Account, *, token: str, memo: str = ""
) -> Asked:
    """Ask for the move of each number. Sent twice with the same token, each is asked for once."""
    operations, refused = [], []
    for number in numbers:
        try:
            operations.append(_ask(actor, number, to, token=token, memo=memo))
        except (RefusedError, PermissionDenied, TokenUsedError) as error:
            refused.append(Move(number, str(error)))
    return Asked(operations, refused)


def _ask(actor: Actor, number: Number, to: Account, *, token: str, memo: str) -> Operation:
    if number.account == to or not (number.account.is_primary or to.is_primary):
        raise RefusedError(_objection(actor, number, to))
    wanted = _fields(number, to)
    try:
        draft = asking.draft(
            actor, kind="transfer_number", form_token=f"{token}:{number.pk}", memo=memo, **wanted
        )
    except AlreadyAskedError as error:
        return error.operation
    return asking.confirm(actor, draft)


def _fields(number: Number, to: Account) -> dict[str, Any]:
    return {
        "account": number.account if to.is_primary else to,
        "from_key": number.account.api_key,
        "to_key": to.api_key,
        "wanted": {"country": number.country, "msisdn": number.msisdn},
    }


def _objection(actor: Actor, number: Number, to: Account) -> str:
    if number.account == to:
        return "It is there already."
    if not (number.account.is_primary or to.is_primary):
        return "From one subaccount to another it goes in two steps, by way of the primary account."
    asked = Draft(
        workspace=actor.workspace,
        kind="transfer_number",
        made_by=actor.user,
        form_token="only looked at",  # noqa: S106 - no password
        **_fields(number, to),
    )
    try:
        kind_of("transfer_number").require(actor, asked)
    except (RefusedError, PermissionDenied) as error:
        return str(error)
    return ""
