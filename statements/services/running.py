"""Runs: that a month is to be made, by a person or by the schedule, and mailed behind it."""

import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from statements.doorbell import ring
from statements.models import Run, Schedule
from statements.months import before
from statements.services import mailing
from statements.services.making import make_month
from teams.capabilities import Capability
from teams.policy import Actor, MissingCapabilityError
from teams.services.turns import turn
from usage.seeing import holds_on_all

logger = logging.getLogger(__name__)

HOUR = 6
MOST_FAILURES = 5
_CLAIM = timedelta(minutes=30)
_PAUSE = timedelta(minutes=5)


def of(actor: Actor, month: date) -> Run | None:
    """Return the run of a month of the actor's workspace."""
    return Run.objects.filter(workspace=actor.workspace, month=month).first()


def ask(actor: Actor, month: date) -> None:
    """Have a month made once more. Raises `MissingCapabilityError`."""
    with turn(actor) as now:
        if not holds_on_all(now, Capability.REPORT_RUN):
            raise MissingCapabilityError(Capability.REPORT_RUN)
        Run.objects.update_or_create(
            workspace=now.workspace,
            month=month,
            defaults={"asked_at": timezone.now(), "finished_at": None, "failures": 0},
        )
        record(
            Event.STATEMENTS_MADE,
            actor=now.user,
            workspace=now.workspace,
            new={"month": f"{month:%Y-%m}"},
        )
    ring()


def begin_scheduled(now: datetime) -> None:
    """Put down the runs of workspaces whose day has come: each month has one turn."""
    for schedule in Schedule.objects.filter(makes=True).select_related("workspace"):
        here = now.astimezone(ZoneInfo(schedule.workspace.zone_name))
        if (here.day, here.hour) < (schedule.day, HOUR):
            continue
        run, _ = Run.objects.get_or_create(
            workspace=schedule.workspace,
            month=before(here.date()),
            defaults={"finished_at": now},
        )
        Run.objects.filter(pk=run.pk, is_scheduled=False).update(
            is_scheduled=True, mails=schedule.mails, asked_at=now, finished_at=None, failures=0
        )


def work(now: datetime) -> None:
    """Make what is to be made, and mail what is to be mailed."""
    waiting = Q(finished_at=None, failures__lt=MOST_FAILURES)
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    for run in Run.objects.filter(waiting, free).select_related("workspace").order_by("asked_at"):
        taken = Run.objects.filter(waiting, free, pk=run.pk)
        if taken.update(taken_until=now + _CLAIM):
            _carry_out(run)


def _carry_out(run: Run) -> None:
    own = Run.objects.filter(pk=run.pk)
    try:
        make_month(run.workspace, run.month)
        if run.mails:
            mailing.mail_month(run.workspace, run.month)
    except Exception:
        logger.exception("statements were not made", extra={"run": run.pk})
        until = timezone.now() + _PAUSE
        own.update(failures=run.failures + 1, taken_until=until)
    else:
        # Asked for once more meanwhile: then it stays to be done.
        own.filter(asked_at=run.asked_at).update(finished_at=timezone.now(), mails=False)
        own.update(taken_until=None)
