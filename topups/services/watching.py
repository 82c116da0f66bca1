"""Noticing that auto-reload stays away, by the balances that the mirror has read.

Vonage switches auto-reload off after three payments that failed, and tells nobody.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from django.db.models import QuerySet

from accounts.models import Mirror, Reading
from topups.alarming import begin, end
from topups.models import Alarm, Payment

LONG = timedelta(minutes=30)
"""Vonage looks every five to ten minutes: so long, and it has not paid three times."""


def watch(now: datetime) -> int:
    """Look at the balances of which a threshold is known; return how many alarms began."""
    rows = Payment.objects.filter(threshold__isnull=False).select_related("workspace")
    return sum(_watch(each, now) for each in rows)


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
