"""What became of an attempt, written down: the table of outcomes, and one transaction each."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any

from django.db import transaction
from django.utils import timezone

from operations import kinds
from operations.errors import LostRaceError
from operations.kinds import Conflict, Found
from operations.models import Attempt, Finding, Lane, Operation
from operations.services import lanes
from operations.services.sending.claim import Claim
from operations.services.steps import step
from operations.services.unknown import first_look
from operations.states import State, may_step
from operations.times import seconds, times
from vonage_api.errors import Refused
from vonage_api.outcomes import Heard, NotSent, Ok, Outcome, Rejected, TurnedAway, Unknown
from vonage_api.refusals import clean

_AGAIN_AFTER_A_BAD_LIST = 30.0  # seconds


def record(claim: Claim, outcome: Outcome[Any]) -> None:
    """Write down how an attempt ended and move its operation on.

    Nothing is written where somebody else gave the attempt up before it had passed the fence.
    """
    try:
        with transaction.atomic(durable=True):
            _record(outcome, claim)
    except LostRaceError:
        return
    _note_clock(claim, outcome)


@singledispatch
def _record(outcome: Any, _claim: Claim) -> None:
    raise TypeError(f"{type(outcome).__name__} is no outcome")


@_record.register
def _(outcome: Ok, claim: Claim) -> None:  # type: ignore[type-arg] # of any value
    operation = _close(claim, Attempt.Outcome.OK, heard=outcome.heard)
    kind = kinds.kind_of(operation.kind)
    _move(
        operation,
        State.SUCCEEDED,
        resolution=Operation.Resolution.ANSWER,
        remote_id=kind.remote_id_of(outcome.value),
    )
    kind.took_effect(operation, outcome.value)


@_record.register
def _(outcome: Rejected, claim: Claim) -> None:
    operation = _close(claim, Attempt.Outcome.REJECTED, heard=outcome.heard)
    _move(
        operation,
        State.REJECTED,
        resolution=Operation.Resolution.ANSWER,
        detail=_said(outcome.error),
        instance=clean(outcome.heard.instance or "", limit=200),
    )


@_record.register
def _(outcome: TurnedAway, claim: Claim) -> None:
    lanes.lock(claim.operation.workspace_id)
    reason = _words(outcome.error)
    operation = _close(claim, Attempt.Outcome.TURNED_AWAY, heard=outcome.heard, reason=reason)
    wait = max(outcome.retry_after or 0, _pause(claim.attempt.n))
    _give_back(operation, after=wait, reason=reason)
    if outcome.heard.status in {401, 403}:
        lanes.hold(operation.workspace_id, Lane.Hold.CREDENTIALS)


@_record.register
def _(outcome: NotSent, claim: Claim) -> None:
    operation = _unsent(claim, reason=outcome.reason)
    _give_back(operation, after=_pause(claim.attempt.n), reason=_words(outcome.error))


@_record.register
def _(outcome: Unknown, claim: Claim) -> None:
    lanes.lock(claim.operation.workspace_id)
    operation = _close(
        claim, Attempt.Outcome.UNKNOWN, heard=outcome.heard, reason=outcome.reason,
        body_head=outcome.body_head,
    )  # fmt: skip
    _move(operation, State.UNKNOWN, **first_look(timezone.now()), detail=_words(outcome.error))
    _break_if_unclear(operation.workspace_id, timezone.now())


def record_found(claim: Claim, found: Found) -> None:
    """Note that the effect was there before anything was sent."""

    def write() -> None:
        operation = _unsent(claim, reason="preflight")
        step(
            operation,
            State.SUCCEEDED,
            resolution=Operation.Resolution.PREFLIGHT,
            remote_id=found.remote_id,
        )
        kinds.kind_of(operation.kind).took_effect(operation, found.value)

    _unless_lost(write)


def record_conflict(claim: Claim, conflict: Conflict) -> None:
    """Note that before sending something was found that only a person can judge."""

    def write() -> None:
        lanes.lock(claim.operation.workspace_id)
        operation = _unsent(claim, reason="preflight")
        step(operation, State.NEEDS_HUMAN, detail=conflict.detail)
        if not conflict.stops:
            return
        lanes.find(
            operation.workspace_id,
            Finding.Kind.MISMATCH,
            key=operation.reference,
            detail=conflict.detail,
            operation=operation,
        )

    _unless_lost(write)


def record_no_look(claim: Claim, error: Exception) -> None:
    """Note that it could not be seen whether it was sent before, so that nothing was sent."""

    def write() -> None:
        operation = _unsent(claim, reason="no good list")
        _give_back(operation, after=_AGAIN_AFTER_A_BAD_LIST, reason=_words(error))

    _unless_lost(write)


def _unless_lost(write: Callable[[], None]) -> None:
    try:
        with transaction.atomic(durable=True):
            write()
    except LostRaceError:
        return


def _close(
    claim: Claim, outcome: Attempt.Outcome, *, heard: Heard, reason: str = "", body_head: str = ""
) -> Operation:
    """End an attempt that was sent, also where it was taken for lost, and return its operation."""
    sent = Attempt.objects.filter(pk=claim.attempt.pk, finished_at=None, wire_at__isnull=False)
    ended = sent.update(
        outcome=outcome,
        reason=reason[:32],
        finished_at=timezone.now(),
        status=heard.status,
        remote_date=heard.date,
        body_head=body_head,
    )
    return _operation(claim, ended)


def _unsent(claim: Claim, *, reason: str) -> Operation:
    """End an attempt that has not passed the fence, and return its operation."""
    waiting = Attempt.objects.filter(pk=claim.attempt.pk, wire_at=None, outcome="")
    ended = waiting.update(
        outcome=Attempt.Outcome.NOT_SENT, reason=reason[:32], finished_at=timezone.now()
    )
    return _operation(claim, ended)


def _operation(claim: Claim, ended: int) -> Operation:
    if ended != 1:
        raise LostRaceError
    return Operation.objects.select_related("workspace", "made_by", "account").get(
        pk=claim.operation.pk
    )


def _move(operation: Operation, end: State, **values: Any) -> None:
    """Move the operation unless it has been settled otherwise meanwhile; then only that counts."""
    if may_step(State(operation.state), end):
        step(operation, end, **values)


def _give_back(operation: Operation, *, after: float, reason: str) -> None:
    if may_step(State(operation.state), State.READY):
        at = timezone.now() + seconds(after)
        step(operation, State.READY, reason=reason, not_before=at)


def _pause(n: int) -> float:
    """Return seconds to wait after the n-th attempt left nothing: doubling, with jitter."""
    doubled = min(times().pause * 2 ** min(n - 1, 10), times().pause_most)
    return float(doubled) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load


def _words(error: Exception) -> str:
    return clean(str(error), limit=500)


def _said(refusal: Refused) -> str:
    """Return what Vonage wrote, with what it names of the request, and nothing of ours."""
    named = "; ".join(": ".join(filter(None, each)) for each in refusal.invalid_parameters)
    detail = ". ".join(filter(None, (refusal.detail.rstrip("."), named)))
    said = ": ".join(filter(None, (refusal.title, detail)))
    return clean(said, limit=500) or _words(refusal)


def _break_if_unclear(workspace_id: int, now: datetime) -> None:
    """Hold the lane where too many of the latest outcomes were unclear."""
    lately = Attempt.objects.filter(
        operation__workspace=workspace_id,
        outcome=Attempt.Outcome.UNKNOWN,
        finished_at__gt=now - seconds(times().breaker),
    )
    if lately.count() >= times().breaker_outcomes:
        lanes.hold(workspace_id, Lane.Hold.UNCLEAR)


def _note_clock(claim: Claim, outcome: Outcome[Any]) -> None:
    """Say so where Vonage's clock and ours differ, and stop where they differ much."""
    heard = getattr(outcome, "heard", None)
    if heard is None or heard.date is None:
        return
    apart = _apart(heard.date, claim.attempt.started_at, timezone.now())
    workspace_id = claim.operation.workspace_id
    if apart < seconds(times().skew_said):
        return
    sentence = f"Vonage's clock and this machine's are {apart.total_seconds():.0f} s apart."
    key = heard.date.date().isoformat()
    lanes.find(workspace_id, Finding.Kind.SKEW, key=key, detail=sentence)
    if apart >= seconds(times().skew_stops):
        lanes.halt(workspace_id, Lane.Halt.CLOCK, reason=sentence)


def _apart(remote: datetime, began: datetime, now: datetime) -> timedelta:
    """Return how far Vonage's time lies outside of those between which it was told.

    A machine that slept for a while behind the answer has no wrong clock.
    """
    return max(began - remote, remote - now, timedelta(0))
