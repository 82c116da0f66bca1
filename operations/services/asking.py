"""Asking for an operation: a draft to look at, and its confirmation. One for each form."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from operations import kinds
from operations.doorbell import ring
from operations.errors import AlreadyAskedError, RefusedError, RepeatedError, TokenUsedError
from operations.models import Approval, Draft, Installation, Operation
from operations.references import new_reference
from operations.services import lanes
from operations.services.steps import begin
from operations.states import COUNTED, State
from operations.times import seconds, times
from teams.policy import Actor
from teams.services.turns import turn

_CENT = Decimal("0.01")


def draft(actor: Actor, *, kind: str, form_token: str, account: Any = None, **asked: Any) -> Draft:
    """Keep what somebody typed, to be looked at and confirmed.

    asked: `from_key`, `to_key`, `amount`, `wanted`, `memo`. Raises what the kind's `require`
    raises; `AlreadyAskedError` where the form was sent and confirmed before; `TokenUsedError`
    where it was sent with something else in it. The same form with the same in it gives the
    draft that is there.
    """
    made = Draft(
        workspace=actor.workspace,
        kind=kind,
        account=account,
        made_by=actor.user,
        form_token=form_token,
        **asked,
    )
    if earlier := _earlier_of(made):
        return earlier
    kinds.kind_of(kind).require(actor, made)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return _earlier_of(made) or made  # the other click was quicker
    return made


def _earlier_of(made: Draft) -> Draft | None:
    same = {"workspace": made.workspace, "form_token": made.form_token}
    if operation := Operation.objects.filter(**same).first():
        if operation.fingerprint == made.fingerprint:
            raise AlreadyAskedError(operation)
        raise TokenUsedError(operation)
    earlier = Draft.objects.filter(**same).first()
    if earlier and earlier.fingerprint != made.fingerprint:
        raise TokenUsedError(earlier)
    return earlier


def confirm(actor: Actor, shown: Draft, *, even_if_repeated: bool = False) -> Operation:
    """Ask for what the draft says; return the operation, also where it was asked for already.

    Raises what the kind's `require` raises, and `RepeatedError` where the same money was moved a
    moment ago and the person has not said that it is meant.
    """
    with turn(actor) as now:
        lanes.lock(now.workspace.pk)
        if earlier := operation_of(shown):
            return earlier
        if not even_if_repeated and (before := repeated(shown, timezone.now())):
            raise RepeatedError(before)
        if shown.supersedes_id and _was_asked_again(shown):
            raise RefusedError("This was asked for again already.")
        return ask(now, shown, supersedes=shown.supersedes)


def _was_asked_again(shown: Draft) -> bool:
    return Operation.objects.filter(supersedes=shown.supersedes_id).exists()


def ask(
    actor: Actor,
    asked: Draft,
    *,
    origin: Operation.Origin = Operation.Origin.PERSON,
    supersedes: Operation | None = None,
) -> Operation:
    """Write an operation down, in the turn of the actor and behind the lock of the lane.

    It is ready to be sent, or waits for an approval.
    """
    kind, at = kinds.kind_of(asked.kind), timezone.now()
    kind.require(actor, asked)
    reasons = kind.approvals(actor, asked)
    operation = Operation(
        **asked.asked(),
        reference=new_reference(Installation.current_code()),
        state=State.AWAITING if reasons else State.READY,
        origin=origin,
        supersedes=supersedes,
        not_before=at,
        not_after=at + seconds(times().approval if reasons else times().keep_ready),
        created_at=at,
    )
    begin(operation)
    kind.written_down(operation)
    if reasons:
        _ask_for_approval(operation, reasons, at)
    transaction.on_commit(ring)
    return operation


def draft_again(actor: Actor, operation: Operation, *, form_token: str) -> Draft:
    """Draft once more what was not executed. Raises what the kind's `require` raises.

    The caller has looked at Vonage a moment ago.
    """
    made = Draft(**{**operation.asked(), "made_by_id": actor.user.pk, "form_token": form_token})
    made.supersedes = operation
    kinds.kind_of(made.kind).require(actor, made)
    made.save(force_insert=True)
    return made


def operation_of(shown: Draft) -> Operation | None:
    """Return the operation that a draft became, if it did."""
    return Operation.objects.filter(
        workspace=shown.workspace_id, form_token=shown.form_token
    ).first()


def repeated(asked: Draft, now: datetime) -> Operation | None:
    """Return an equal movement of money of the last minutes that may have happened, or None."""
    if not kinds.kind_of(asked.kind).moves_money:
        return None
    lately = Operation.objects.filter(
        workspace=asked.workspace_id,
        kind=asked.kind,
        from_key=asked.from_key,
        to_key=asked.to_key,
        amount=asked.amount,
        created_at__gt=now - seconds(times().repeated),
        state__in=[*COUNTED, State.AWAITING],
    )
    return lately.order_by("-created_at").first()


def of_amount(amount: Decimal | None) -> str:
    """Return an amount as it is typed to say that a repetition is meant."""
    if amount is None:
        return ""
    cents = amount.quantize(_CENT)
    return f"{cents if cents == amount else amount.normalize():f}"


def is_amount(typed: str, amount: Decimal | None) -> bool:
    """Return whether somebody typed this amount, however many zeros it was given."""
    try:
        return amount is not None and Decimal(typed.strip()) == amount
    except InvalidOperation:
        return False


def _ask_for_approval(operation: Operation, reasons: list[str], at: datetime) -> None:
    Approval.objects.create(
        operation=operation,
        fingerprint=operation.fingerprint,
        reasons=reasons,
        asked_at=at,
        lapses_at=at + seconds(times().approval),
    )
