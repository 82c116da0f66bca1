"""Ordering a report, and what a person can do with it afterwards. Each changes rows only."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn
from usage import seeing
from usage.doorbell import ring
from usage.models import Report
from usage.services import guarding
from usage.wanted import Wanted

State = Report.State
_IN_HAND = (State.ORDERED, State.SENDING, State.UNKNOWN, State.RUNNING, State.FETCHING, State.READY)
_AT_VONAGE = timedelta(hours=72)
"""So long Vonage keeps a file."""


class HeldError(Exception):
    """The same was ordered before and is still here: it is not paid for twice."""

    def __init__(self, report: Report) -> None:
        super().__init__("A report that has all of this was ordered before and is still here.")
        self.report = report


def order(actor: Actor, wanted: Wanted, *, token: str, is_daily: bool = False) -> Report:
    """Write an order down; a worker sends it. The same form twice is one order.

    is_daily: by the schedule, which the budget of the workspace binds and no person's.
    Raises `MissingCapabilityError`, `HeldError`, or `guarding.OverBudgetError`.
    """
    with turn(actor) as now:
        if earlier := ordered_with(now, token):
            return earlier
        account, whole = wanted.account, wanted.with_subaccounts
        seeing.require_for(now, Capability.REPORT_RUN, account, with_subaccounts=whole)
        if held := same_as(now, wanted):
            raise HeldError(held)
        estimate = guarding.admit(now, wanted, is_daily=is_daily)
        report = Report.objects.create(
            workspace=now.workspace,
            asked_by=now.user,
            form_token=token,
            estimate=estimate,
            is_daily=is_daily,
            **vars(wanted),
        )
        _write_down(Event.REPORT_ORDERED, now, report)
        transaction.on_commit(lambda: ring(report.pk))
    return report


def ordered_with(actor: Actor, token: str) -> Report | None:
    """Return what was ordered with this form."""
    rows = Report.objects.filter(workspace=actor.workspace, asked_by=actor.user)
    return rows.filter(form_token=token).first()


def same_as(actor: Actor, wanted: Wanted) -> Report | None:
    """Return a report in sight that has all of it, and is being made or is still here."""
    rows = seeing.reports_of(actor).filter(
        is_here(),
        is_cut=False,
        product=wanted.product,
        direction=wanted.direction,
        starts_at__lte=wanted.starts_at,
        ends_at__gte=wanted.ends_at,
    )
    # What is not narrowed holds what is; what is of all accounts holds what is of one.
    rows = rows.filter(Q(filters={}) | Q(filters=wanted.filters))
    whole = Q(with_subaccounts=True)
    if not wanted.with_subaccounts:
        whole |= Q(account=wanted.account)
    return rows.filter(whole).order_by("-pk").first()


def is_here() -> Q:
    """Keep what is being made, is still here, or is still at Vonage to be downloaded."""
    fresh = timezone.now() - _AT_VONAGE
    return Q(state__in=_IN_HAND) | Q(state=State.BROKEN, finished_at__gt=fresh)


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
    """Do once more what came to nothing: download, take in the sums, look for a lost order."""
    now = timezone.now()
    with turn(actor) as by:
        seeing.require_on(by, Capability.REPORT_RUN, report)
        rest = Report.objects.filter(pk=report.pk, due_at=None)
        unsummed = rest.filter(state=State.READY, summed_at=None).exclude(sums_fault="")
        changed = (
            rest.filter(state=State.BROKEN).update(
                state=State.FETCHING, due_at=now, failures=0, finished_at=None
            )
            or rest.filter(state=State.UNKNOWN).update(due_at=now)
            or unsummed.update(due_at=now, failures=0, sums_fault="")
        )
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
