"""A second person's consent: never the maker's own, bound to what was shown, for a day."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from operations import kinds
from operations.doorbell import ring
from operations.errors import LostRaceError, RefusedError
from operations.models import Approval, Operation
from operations.models.asked import Asked
from operations.services import lanes
from operations.services.steps import step
from operations.states import State
from operations.times import seconds, times
from teams import policy
from teams.capabilities import Capability
from teams.holders import holding
from teams.models import Member, User
from teams.policy import Actor
from teams.services.turns import turn

Verdict = Approval.Verdict

YOUNG = seconds(7 * 24 * 3600)
"""Who was invited by the maker so lately is not another person yet."""


def objection(actor: Actor, operation: Operation) -> str:
    """Return why this person cannot decide about the operation, in a sentence, or nothing."""
    if operation.made_by_id == actor.user.pk:
        return "You asked for this yourself; somebody else has to agree."
    if not policy.can(actor, Capability.TRANSFER_AUTHORIZE, operation.account):
        return "You need the right to approve transfers on this account."
    if operation.made_by_id in too_close_to(actor):
        return "Whoever asked for this invited you less than seven days ago."
    return ""


def too_close_to(actor: Actor) -> list[int]:
    """Return whose operations a person cannot decide about: one's own, and of whoever invited one.

    The latter for seven days. At most one query.
    """
    if actor.member_id is None:
        return [actor.user.pk]
    lately = Member.objects.filter(
        pk=actor.member_id, invited_by__isnull=False, joined_at__gt=timezone.now() - YOUNG
    )
    return [actor.user.pk, *lately.values_list("invited_by", flat=True)]


def approvers_of(operation: Operation) -> list[User]:
    """Return the people who may agree to an operation. One query for the whole team."""
    members = [each.user for each in _others_who_may(operation, operation.made_by_id)]
    owner = operation.workspace.primary_user
    return members if owner.pk == operation.made_by_id else [owner, *members]


def somebody_else_may(actor: Actor, asked: Asked) -> bool:
    """Return whether anybody but the maker could agree now; the primary user always can."""
    return not actor.is_primary_user or bool(_others_who_may(asked, actor.user.pk))


def _others_who_may(asked: Asked, maker_id: int) -> list[Member]:
    """Return the members in whose way no `objection` stands. One query for the whole team."""
    team = Member.objects.filter(workspace=asked.workspace_id, suspended_at=None)
    others = team.exclude(user=maker_id).exclude(
        invited_by=maker_id, joined_at__gt=timezone.now() - YOUNG
    )
    return holding(others, Capability.TRANSFER_AUTHORIZE, asked.account)


def approve(actor: Actor, operation: Operation, *, fingerprint: str) -> None:
    """Agree to an operation as it was shown; it is ready to be sent then.

    Raises `PermissionDenied`, `RefusedError` where it is not to be done any more, and
    `LostRaceError` where somebody decided before.
    """
    with turn(actor) as now:
        lanes.lock(now.workspace.pk)
        operation = _waiting(now, operation)
        if fingerprint != operation.fingerprint:
            raise RefusedError("This is not what was shown to you. Look at it once more.")
        _require_of_maker(operation)
        _decide(now, operation, Verdict.APPROVED, "")
        step(
            operation,
            State.READY,
            actor=now.user,
            not_before=timezone.now(),
            not_after=timezone.now() + seconds(times().keep_ready),
        )
        _write_down(Event.OPERATION_APPROVED, now, operation, "")
        transaction.on_commit(ring)


def decline(actor: Actor, operation: Operation, *, answer: str) -> None:
    """Say no to an operation, with the reason. Raises as `approve` does."""
    with turn(actor) as now:
        operation = _waiting(now, operation)
        _decide(now, operation, Verdict.DECLINED, answer)
        step(operation, State.DECLINED, actor=now.user, reason=answer, detail=answer)


def _waiting(actor: Actor, operation: Operation) -> Operation:
    """Return the operation read anew; raise unless it waits and this person may decide."""
    rows = Operation.objects.select_related("made_by", "account", "workspace", "approval")
    found = rows.get(pk=operation.pk, workspace=actor.workspace)
    if found.state != State.AWAITING or found.approval.lapses_at <= timezone.now():
        raise LostRaceError
    if words := objection(actor, found):
        raise PermissionDenied(words)
    return found


def _require_of_maker(operation: Operation) -> None:
    """Raise `RefusedError` unless whoever asked for it may still have it done."""
    maker = policy.actor_in(operation.made_by, operation.workspace.slug)
    if maker is None:
        raise RefusedError(f"{operation.made_by} has no part in the workspace any more.")
    try:
        kinds.kind_of(operation.kind).require(maker, operation)
    except policy.MissingCapabilityError as missing:
        right = missing.capability.description
        raise RefusedError(f"{operation.made_by} has lost the right to {right}.") from missing


def _decide(actor: Actor, operation: Operation, verdict: Approval.Verdict, answer: str) -> None:
    undecided = Approval.objects.filter(operation=operation, verdict=Verdict.NONE)
    values = {"decided_by": actor.user, "decided_at": timezone.now(), "answer": answer}
    if undecided.update(verdict=verdict, **values) != 1:
        raise LostRaceError


def _write_down(event: Event, actor: Actor, operation: Operation, reason: str) -> None:
    record(
        event,
        actor=actor.user,
        workspace=actor.workspace,
        account=operation.account_id,
        target=operation,
        new=kinds.kind_of(operation.kind).told(operation),
        reason=reason,
    )
