"""A person's word where nothing else tells: it was this transfer, or it did not happen."""

from django.db import transaction

from operations.errors import LostRaceError
from operations.models import Operation
from operations.services.steps import step
from operations.states import State
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor


@transaction.atomic
def judge(
    actor: Actor, operation: Operation, *, happened: bool, remote_id: str, reason: str
) -> None:
    """Settle an operation that needs a person. Raises `LostRaceError` where it is settled.

    remote_id: of the transfer that it was, where it happened and has one.
    """
    policy.require(actor, Capability.TRANSFER_AUTHORIZE, operation.account)
    if operation.state != State.NEEDS_HUMAN:
        raise LostRaceError
    step(
        operation,
        State.SUCCEEDED if happened else State.NOT_EXECUTED,
        actor=actor.user,
        reason=reason,
        resolution=Operation.Resolution.HUMAN,
        remote_id=remote_id if happened else "",
    )
