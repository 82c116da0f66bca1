"""For people who have lost their second factors: somebody else asks, a day later they are gone.

The day is there so that the person, who is told at once, can call off what they did not ask for.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.events import Event
from audit.models import Entry
from audit.writing import CONSOLE, SWITCHBOARD, record
from teams import ceilings, policy
from teams.capabilities import Capability
from teams.door import factors, notices, sessions
from teams.models import FactorReset, Member, User, Workspace
from teams.policy import Actor
from teams.services.turns import lock, turn

DELAY = timedelta(hours=24)

Outcome = FactorReset.Outcome


class ResetRefusedError(Exception):
    """The reset cannot be started or called off; the text says why, in words for a page."""


def start(*, actor: Actor, member: Member, reason: str = "") -> FactorReset:
    """Ask for the reset of a member's factors, tell the member, and return it.

    Raises `MissingCapabilityError` without the right to manage people, `CeilingError` for somebody
    who holds more, and `ResetRefusedError` for oneself, for somebody of another workspace, for
    somebody without factors, and where a reset is waiting already.
    """
    policy.require(actor, Capability.TEAM_MANAGE)
    _refuse(actor, member)
    now = timezone.now()
    try:
        with turn(actor) as current:
            policy.require(current, Capability.TEAM_MANAGE)
            ceilings.require_may_manage(current, member)
            reset = FactorReset.objects.create(
                user=member.user,
                workspace=actor.workspace,
                asked_by=actor.user,
                asked_at=now,
                due_at=now + DELAY,
            )
            _write_down(Event.FACTOR_RESET_ASKED, reset, actor.user, reason=reason)
            transaction.on_commit(lambda: notices.reset_is_coming(reset))
            return reset
    except IntegrityError as error:
        raise ResetRefusedError("A reset is waiting already.") from error


def cancel(*, user: User, reset: FactorReset) -> None:
    """Call a waiting reset off, by the person whose factors they are or by who asked for it.

    Raises `ResetRefusedError` for anybody else, and where it is over.
    """
    if user.pk not in {reset.user_id, reset.asked_by_id}:
        raise ResetRefusedError("Only the person, or who asked for it, can call it off.")
    with transaction.atomic():
        if not _end(reset, Outcome.CANCELLED):
            raise ResetRefusedError("It is over already.")
        _write_down(Event.FACTOR_RESET_CANCELLED, reset, user)
        transaction.on_commit(lambda: notices.reset_is_off(reset))


def waiting_for(user: User) -> FactorReset | None:
    """Return the reset of the person's factors that is waiting, if there is one."""
    waiting = FactorReset.objects.filter(user=user, outcome=Outcome.WAITING)
    return waiting.select_related("asked_by", "workspace").first()


def carry_out_due(now: datetime) -> int:
    """Carry out what has waited long enough; return how many.

    Whoever asked must still hold the right, and the person must still be in the workspace;
    otherwise the reset is called off.
    """
    due = FactorReset.objects.filter(outcome=Outcome.WAITING, due_at__lte=now)
    return sum(_carry_out(reset) for reset in due.select_related("user", "workspace", "asked_by"))


def reset_now(user: User) -> int:
    """Take all factors of a person away at once, from the console; return how many there were."""
    with transaction.atomic():
        FactorReset.objects.filter(user=user, outcome=Outcome.WAITING).update(
            outcome=Outcome.DONE, ended_at=timezone.now()
        )
        number = _take_away(user)
        record(
            Event.FACTOR_RESET, actor=CONSOLE, workspace=None, target=user, old={"factors": number}
        )
        transaction.on_commit(lambda: notices.factors_are_gone(user))
    return number


def _refuse(actor: Actor, member: Member) -> None:
    """Raise `ResetRefusedError` where no right would help."""
    if actor.seen_by is not None or member.user_id == actor.user.pk:
        fault = "Somebody else must ask for the reset of your own factors."
    elif member.workspace_id != actor.workspace.pk:
        fault = "This person is not in the workspace."
    elif _is_elsewhere_too(member.user, actor.workspace):
        fault = "The factors of this person can be reset at the console only."
    elif not member.user.has_second_factor:
        fault = "This person has no second factor."
    else:
        return
    with transaction.atomic():
        record(
            Event.FACTOR_RESET_ASKED,
            actor=actor.user,
            workspace=actor.workspace,
            target=member.user,
            outcome=Entry.Outcome.REFUSED,
            reason=fault,
        )
    raise ResetRefusedError(fault)


def _carry_out(reset: FactorReset) -> bool:
    with transaction.atomic():
        may = _may_still(reset)
        if not _end(reset, Outcome.DONE if may else Outcome.CANCELLED):
            return False
        if not may:
            _write_down(Event.FACTOR_RESET_CANCELLED, reset, SWITCHBOARD)
            return False
        _take_away(reset.user)
        _write_down(Event.FACTOR_RESET, reset, reset.asked_by or SWITCHBOARD)
        transaction.on_commit(lambda: notices.factors_are_gone(reset.user))
    return True


def _may_still(reset: FactorReset) -> bool:
    """Return whether who asked still holds the right, and the person is still there."""
    if reset.asked_by is None or not reset.asked_by.is_active:
        return False
    lock(reset.workspace_id)
    asker = policy.actor_in(reset.asked_by, reset.workspace.slug)
    member = Member.objects.filter(workspace=reset.workspace, user=reset.user).first()
    if asker is None or member is None or _is_elsewhere_too(reset.user, reset.workspace):
        return False
    may = policy.can(asker, Capability.TEAM_MANAGE)
    return may and not ceilings.is_above(asker, member)


def _is_elsewhere_too(user: User, workspace: Workspace) -> bool:
    """Return whether other workspaces rely on the person's factors as well."""
    return policy.workspaces_of(user).exclude(pk=workspace.pk).exists()


def _take_away(user: User) -> int:
    number = factors.remove_all(user)
    sessions.end_all(user)
    return number


def _end(reset: FactorReset, outcome: FactorReset.Outcome) -> bool:
    """End the reset; return False where somebody else was quicker."""
    waiting = FactorReset.objects.filter(pk=reset.pk, outcome=Outcome.WAITING)
    return bool(waiting.update(outcome=outcome, ended_at=timezone.now()))


def _write_down(event: Event, reset: FactorReset, actor: User | str, *, reason: str = "") -> None:
    record(event, actor=actor, workspace=reset.workspace, target=reset.user, reason=reason)
