"""What nobody looks after any more: attempts of dead processes, and what waited too long."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from operations.errors import LostRaceError
from operations.models import Approval, Attempt, Draft, Operation
from operations.services.steps import step
from operations.services.unknown import first_look
from operations.states import State
from operations.times import seconds, times

AT_ONCE = 200


def sweep(now: datetime) -> int:
    """Take over the attempts of processes that died or stand still; return how many."""
    lost = Attempt.objects.filter(outcome="", started_at__lt=now - seconds(times().sweep))
    return sum(_take_over(attempt, now) for attempt in lost.order_by("pk")[:AT_ONCE])


def end_overdue(now: datetime) -> int:
    """End what was not sent, approved or confirmed in time; return how many operations ended."""
    late = Operation.objects.filter(state=State.READY, not_after__lte=now)
    expired = [_end(each, State.EXPIRED) for each in late[:AT_ONCE]]
    unheard = Approval.objects.filter(verdict="", lapses_at__lte=now)
    waiting = Operation.objects.filter(state=State.AWAITING, approval__in=unheard)
    lapsed = [_end(each, State.LAPSED) for each in waiting[:AT_ONCE]]
    Draft.objects.filter(created_at__lt=now - seconds(times().form)).delete()
    return sum(expired) + sum(lapsed)


def _take_over(attempt: Attempt, now: datetime) -> bool:
    """Give up an attempt, so that its process cannot go on with it, and move its operation.

    Either this or the fence wins. Behind the fence something may have been sent: then its outcome
    is unknown, and it is never sent again.
    """
    try:
        with transaction.atomic(durable=True):
            if _gave_up_unsent(attempt, now):
                step(_operation(attempt), State.READY, reason="Its process died before it sent.")
            elif _gave_up_sent(attempt):
                step(
                    _operation(attempt),
                    State.UNKNOWN,
                    reason="Its process died after it may have sent.",
                    **first_look(now),
                )
    except LostRaceError:
        return False
    return True


def _gave_up_unsent(attempt: Attempt, now: datetime) -> bool:
    waiting = Attempt.objects.filter(pk=attempt.pk, wire_at=None, outcome="")
    values = {"outcome": Attempt.Outcome.NOT_SENT, "reason": "swept", "finished_at": now}
    return waiting.update(**values) == 1


def _gave_up_sent(attempt: Attempt) -> bool:
    """Without an end, so that an answer that comes after all is still taken."""
    sent = Attempt.objects.filter(Q(wire_at__isnull=False), pk=attempt.pk, outcome="")
    return sent.update(outcome=Attempt.Outcome.UNKNOWN, reason="swept") == 1


def _operation(attempt: Attempt) -> Operation:
    return Operation.objects.get(pk=attempt.operation_id)


def _end(operation: Operation, state: State) -> bool:
    try:
        with transaction.atomic(durable=True):
            step(operation, state)
    except LostRaceError:
        return False
    return True
