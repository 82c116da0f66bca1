"""Ordering a report, and what a person can do with it afterwards. Each changes rows only."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from audit.events import Event
from audit.writing import record
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn
from usage import seeing
from usage.doorbell import ring
from usage.models import Report
from usage.services import guarding

State = Report.State
_IN_HAND = (State.ORDERED, State.SENDING, State.UNKNOWN, State.RUNNING, State.FETCHING, State.READY)


class HeldError(Exception):
    """The same was ordered before and is still here: it is not paid for twice."""

    def __init__(self, report: Report) -> None:
        super().__init__("This very report was ordered before and is still here.")
        self.report = report


@dataclass(frozen=True)
class Wanted:
    """What a person wants: all of an account, or of the primary one with all subaccounts."""

    product: str
    direction: str
    account: Account
    with_subaccounts: bool
    starts_at: datetime
    ends_at: datetime
    filters: dict[str, str] = field(default_factory=dict)


def order(actor: Actor, wanted: Wanted, *, token: str) -> Report:
    """Write an order down; a worker sends it. The same form twice is one order.

    Raises `MissingCapabilityError`, `HeldError`, or `guarding.OverBudgetError`.
    """
    with turn(actor) as now:
        if earlier := ordered_with(now, token):
            return earlier
        account, whole = wanted.account, wanted.with_subaccounts
        seeing.require_for(now, Capability.REPORT_RUN, account, with_subaccounts=whole)
        if held := same_as(wanted):
            raise HeldError(held)
        estimate = guarding.admit(now, wanted)
        report = Report.objects.create(
            workspace=now.workspace,
            asked_by=now.user,
            form_token=token,
            estimate=estimate,
            **vars(wanted),
        )
        _write_down(Event.REPORT_ORDERED, now, report)
        transaction.on_commit(lambda: ring(report.pk))
    return report


def ordered_with(actor: Actor, token: str) -> Report | None:
    """Return what was ordered with this form."""
    rows = Report.objects.filter(workspace=actor.workspace, asked_by=actor.user)
    return rows.filter(form_token=token).first()


def same_as(wanted: Wanted) -> Report | None:
    """Return a report of exactly the same that is being made or is still here."""
    rows = Report.objects.filter(workspace=wanted.account.workspace_id, **vars(wanted))
    return rows.filter(state__in=_IN_HAND).order_by("-pk").first()


def cancel(actor: Actor, report: Report) -> bool:
    """Stop a report; False where there is nothing to stop any more.

    Before it is sent nothing leaves any more. Afterwards Vonage is asked to stop, which comes too
    late where it is finished.
    """
    now = timezone.now()
    with turn(actor) as by:
        seeing.require_on(by, Capability.REPORT_RUN, report)
        rows = Report.objects.filter(pk=report.pk)
        ended = rows.filter(state=State.ORDERED).update(
            state=State.CANCELLED,
            finished_at=now,
            cancel_asked_at=now,
            due_at=None,
            claim=None,
            claimed_until=None,
        )
        going = (State.SENDING, State.UNKNOWN, State.RUNNING)
        asked = ended or rows.filter(state__in=going, cancel_asked_at=None).update(
            cancel_asked_at=now, due_at=now
        )
        if asked:
            _write_down(Event.REPORT_CANCELLED, by, report)
            transaction.on_commit(lambda: ring(report.pk))
    return bool(asked)


def try_again(actor: Actor, report: Report) -> bool:
    """Download once more what could not be, or look for a lost order once more."""
    now = timezone.now()
    with turn(actor) as by:
        seeing.require_on(by, Capability.REPORT_RUN, report)
        rows = Report.objects.filter(pk=report.pk)
        changed = rows.filter(state=State.BROKEN).update(
            state=State.FETCHING, due_at=now, failures=0, finished_at=None
        ) or rows.filter(state=State.UNKNOWN, due_at=None).update(due_at=now)
        transaction.on_commit(lambda: ring(report.pk))
    return bool(changed)


def order_anew(actor: Actor, report: Report) -> bool:
    """Send a lost order once more, because a person says so; never by itself."""
    with turn(actor) as by:
        seeing.require_on(by, Capability.REPORT_RUN, report)
        lost = Report.objects.filter(pk=report.pk, state=State.UNKNOWN, due_at=None)
        changed = lost.update(
            state=State.ORDERED,
            due_at=timezone.now(),
            sent_at=None,
            failures=0,
            fault="",
            cancel_asked_at=None,
        )
        if changed:
            _write_down(Event.REPORT_ORDERED, by, report, again=True)
            transaction.on_commit(lambda: ring(report.pk))
    return bool(changed)


def _write_down(event: Event, actor: Actor, report: Report, **more: object) -> None:
    record(
        event,
        actor=actor.user,
        workspace=actor.workspace,
        target=report,
        account=None if report.with_subaccounts else report.account,
        new={
            "product": report.product,
            "direction": report.direction,
            "all accounts": report.with_subaccounts,
            "from": report.starts_at,
            "until": report.ends_at,
            "filters": report.filters,
            **more,
        },
    )
