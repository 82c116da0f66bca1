"""What is taken back: by the person, or because the person goes."""

from django.db import transaction

from operations.errors import LostRaceError
from operations.models import Operation
from operations.services.steps import step
from operations.states import State
from teams.models import User, Workspace
from teams.policy import Actor

_TAKEN_BACK = (State.READY, State.AWAITING)


@transaction.atomic
def cancel(actor: Actor, operation: Operation) -> None:
    """Take back what has not been sent. Raises `LostRaceError` where it is on its way by now."""
    if operation.state not in _TAKEN_BACK:
        raise LostRaceError
    step(operation, State.CANCELLED, actor=actor.user, reason="It was taken back.")


def end_operations_of(user: User, workspace: Workspace) -> None:
    """Cancel what a person has asked for, in the transaction in which the person goes.

    What is being sent cannot be called back.
    """
    theirs = Operation.objects.filter(workspace=workspace, made_by=user, state__in=_TAKEN_BACK)
    for operation in theirs.select_related("made_by"):
        try:
            with transaction.atomic():
                step(operation, State.CANCELLED, reason=f"{user} left the workspace.")
        except LostRaceError:
            continue
