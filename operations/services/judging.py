"""A person's word where nothing else tells: it was this one, or it did not happen."""

from operations import kinds
from operations.errors import LostRaceError, RefusedError
from operations.kinds import Kind
from operations.models import Operation
from operations.services.steps import step
from operations.states import State
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn

_HUMAN = Operation.Resolution.HUMAN


def judge(actor: Actor, operation: Operation, *, was: str | None, reason: str) -> None:
    """Settle an operation that needs a person.

    was: Vonage's name of what it was, as one of the kind's candidates; empty where it happened and
    has none; None where it did not happen. Raises `RefusedError` where what Vonage lists speaks
    against it, and `LostRaceError` where it is settled.
    """
    with turn(actor) as now:
        rows = Operation.objects.select_related("account", "workspace", "made_by")
        held = rows.select_for_update(of=("self",))  # before whatever it is given
        found = held.get(pk=operation.pk, workspace=now.workspace)
        policy.require(now, Capability.TRANSFER_AUTHORIZE, found.account)
        if found.state != State.NEEDS_HUMAN:
            raise LostRaceError
        kind = kinds.kind_of(found.kind)
        if was is None:
            _did_not_happen(now, found, kind, reason)
        else:
            _happened(now, found, kind, was, reason)


def _did_not_happen(actor: Actor, operation: Operation, kind: Kind, reason: str) -> None:
    if any(each.is_marked for each in kind.candidates(operation)):
        raise RefusedError(
            "Vonage lists something with the reference of this one. It did happen, if otherwise "
            "than it was asked for."
        )
    step(operation, State.NOT_EXECUTED, actor=actor.user, reason=reason, resolution=_HUMAN)


def _happened(actor: Actor, operation: Operation, kind: Kind, was: str, reason: str) -> None:
    known = {each.remote_id for each in kind.candidates(operation)}
    if (was or known or kind.moves_money) and was not in known:
        raise RefusedError("Say which one at Vonage it was.")
    if was:
        kind.was_chosen(operation, was)
    step(
        operation,
        State.SUCCEEDED,
        actor=actor.user,
        reason=reason,
        resolution=_HUMAN,
        remote_id=was,
    )
    kind.took_effect(operation, None)
