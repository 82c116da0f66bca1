"""How long what was read from Vonage is kept, by workspace."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F

from audit.events import Event
from audit.writing import record
from teams.capabilities import Capability
from teams.policy import Actor, require
from teams.services.turns import turn
from usage.models import Keeping, Report


def of(workspace_id: int) -> Keeping:
    """Return what is set, or the defaults. One query."""
    found = Keeping.objects.filter(workspace=workspace_id).first()
    return found or Keeping(workspace_id=workspace_id)


def report_days(workspace_id: int) -> int:
    """Return for how many days the file of a report is kept, 1 to 90. One query."""
    return of(workspace_id).report_days


def log_hours(workspace_id: int) -> int:
    """Return for how many hours records found by log search are kept, 1 to 72. One query."""
    return of(workspace_id).log_hours


def change(actor: Actor, *, report_days: int, log_hours: int) -> None:
    """Set both; nothing is written down where they are that already.

    A shorter time counts for files that are here already, a longer one for those to come. What is
    over by then is removed within the hour.
    """
    with turn(actor) as by:
        require(by, Capability.GUARDRAIL_MANAGE)
        before = of(by.workspace.pk)
        old = {"report_days": before.report_days, "log_hours": before.log_hours}
        new = {"report_days": report_days, "log_hours": log_hours}
        if old == new:
            return
        Keeping.objects.update_or_create(workspace=by.workspace, defaults=new)
        _shorten(by.workspace.pk, timedelta(days=report_days))
        event = Event.REPORT_KEEPING_CHANGED
        record(event, actor=by.user, workspace=by.workspace, old=old, new=new)


def _shorten(workspace_id: int, kept: timedelta) -> None:
    until = ExpressionWrapper(F("finished_at") + kept, output_field=DateTimeField())
    here = Report.objects.filter(workspace=workspace_id, finished_at__isnull=False)
    here.filter(kept_until__gt=until).update(kept_until=until)
