"""Noticing that auto-reload stays away. Vonage switches it off after three failed payments.

It tells nobody, so it is seen from outside: by a balance that stays low, and by what Vonage says
of auto-reload when it is asked.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Mirror, Reading
from audit.events import Event
from audit.writing import SWITCHBOARD, record
from teams import mailing
from teams.models import Workspace
from topups.models import Alarm, Payment

LONG = timedelta(minutes=30)
"""Vonage looks every five to ten minutes: so long, and it has not paid three times."""

SENTENCES = {
    Alarm.Kind.LOW: "The balance of the primary account has been below the threshold of "
    "auto-reload for more than 30 minutes and has not risen.",
    Alarm.Kind.OFF: "Auto-reload of the primary account was on, and now Vonage says it is off.",
}


def watch(now: datetime) -> int:
    """Look at the balances of which a threshold is known; return how many alarms began."""
    rows = Payment.objects.filter(threshold__isnull=False).select_related("workspace")
    return sum(_watch(each, now) for each in rows)


@transaction.atomic
def begin(workspace: Workspace, kind: Alarm.Kind, now: datetime) -> bool:
    """Note that auto-reload stays away and tell the primary user; return whether that is new.

    Whoever adds the row tells, so two workers tell once.
    """
    _, is_new = Alarm.objects.get_or_create(
        workspace=workspace, kind=kind, ended_at=None, defaults={"began_at": now}
    )
    if is_new:
        _tell(workspace, kind, now)
        record(
            Event.AUTO_RELOAD_MISSED,
            actor=SWITCHBOARD,
            workspace=workspace,
            reason=SENTENCES[kind],
        )
    return is_new


def end(workspace_id: int, kind: Alarm.Kind, now: datetime) -> bool:
    """Note that this is over; return whether there was something to end."""
    going_on = Alarm.objects.filter(workspace=workspace_id, kind=kind, ended_at=None)
    return bool(going_on.update(ended_at=now))


def _watch(payment: Payment, now: datetime) -> bool:
    """Begin or end the alarm of one workspace, by what the mirror has read; return if it began."""
    mirror = Mirror.objects.filter(pk=payment.workspace_id, read_at__isnull=False).first()
    if mirror is None or mirror.read_at is None or payment.threshold is None:
        return False
    balance = _balance_at(payment.workspace_id, mirror.read_at)
    if balance is None:
        return False
    if balance >= payment.threshold:
        end(payment.workspace_id, Alarm.Kind.LOW, now)
        return False
    return _stays_low(payment, mirror.read_at) and begin(payment.workspace, Alarm.Kind.LOW, now)


def _stays_low(payment: Payment, until: datetime) -> bool:
    """Return whether the balance was below the threshold for long, and did not rise in that time.

    Readings stand only where something changed: the last one before counts for the beginning. The
    threshold has to be known for so long, too, or a new one would be missed at once.
    """
    since = until - LONG
    assert payment.threshold is not None  # noqa: S101 - asked for before
    assert payment.threshold_at is not None  # noqa: S101 - a constraint of the database
    before = _balance_at(payment.workspace_id, since)
    if before is None or payment.threshold_at > since:
        return False
    later = _readings(payment.workspace_id).filter(at__gt=since, at__lte=until).order_by("at")
    balances = [before, *(each.balance for each in later)]
    has_risen = any(after > earlier for earlier, after in pairwise(balances))
    return not has_risen and max(balances) < payment.threshold


def _balance_at(workspace_id: int, at: datetime) -> Decimal | None:
    last = _readings(workspace_id).filter(at__lte=at).order_by("-at").first()
    return last.balance if last else None


def _readings(workspace_id: int) -> QuerySet[Reading]:
    return Reading.objects.filter(account__workspace=workspace_id, account__is_primary=True)


def _tell(workspace: Workspace, kind: Alarm.Kind, now: datetime) -> None:
    person = workspace.primary_user
    with mailing.in_zone_of(person):
        mailing.post(
            "auto_reload",
            person.email,
            path=reverse("topups:index", args=[workspace.slug]),
            workspace=workspace.name,
            what=kind.label,
            sentence=SENTENCES[kind],
            at=mailing.moment(now),
        )
