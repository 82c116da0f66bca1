"""The fence before the first byte: a claim says who tries, the fence who may write."""

from dataclasses import dataclass
from time import monotonic

from django.db import transaction
from django.utils import timezone

from operations.models import Attempt, Lane


@dataclass(frozen=True)
class Fence:
    """Called when the connection stands. deadline: on the clock of `time.monotonic`."""

    attempt: Attempt
    workspace_id: int
    deadline: float

    def __call__(self) -> bool:
        """Return whether the first byte may leave: once, in time, and unless sending is halted."""
        return monotonic() < self.deadline and cross(self.attempt.pk, self.workspace_id)


@transaction.atomic(durable=True)
def cross(attempt_pk: int, workspace_id: int) -> bool:
    """Pass the fence; False where it was passed, or given up by somebody else.

    The comparison stands in the UPDATE itself and not in a subquery: two that meet here wait for
    each other, and the second one finds it taken.
    """
    if Lane.objects.filter(pk=workspace_id).exclude(halt=Lane.Halt.NONE).exists():
        return False
    waiting = Attempt.objects.filter(pk=attempt_pk, wire_at=None, outcome="")
    return waiting.update(wire_at=timezone.now()) == 1
