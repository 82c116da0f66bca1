"""What members who see some accounts only see grow and shrink: their sums, once an hour.

Sums of twenty thousand readings cannot be made while a page waits, and to keep them in step with
every reading would cost each of them a look at who sees what. An hour is as fine as a chart of
thirty days shows.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Sum

from accounts.models import Account, MemberReading
from teams import policy
from teams.capabilities import Capability
from teams.models import Member

KEPT = timedelta(days=31)


def take_stock(now: datetime) -> int:
    """Note what each of these members' accounts have together; return how many members there are.

    Three queries for each. Sums older than the chart are forgotten.
    """
    made = [reading for member in _members() if (reading := _reading(member, now))]
    MemberReading.objects.bulk_create(made, ignore_conflicts=True)
    MemberReading.objects.filter(at__lt=now - KEPT).delete()
    return len(made)


def _members() -> Iterator[Member]:
    members = Member.objects.filter(suspended_at=None, workspace__mirror__read_at__isnull=False)
    return members.select_related("user", "workspace").iterator()


def _reading(member: Member, now: datetime) -> MemberReading | None:
    actor = policy.actor_of(member)
    extent = actor.extent(Capability.BALANCE_HISTORY)
    if extent.everything or extent.is_empty:
        return None
    seen = Account.objects.visible_to(actor, Capability.BALANCE_HISTORY).listed()
    sums = seen.aggregate(
        balance=Sum("own_balance__balance"), credit_limit=Sum("own_balance__credit_limit")
    )
    if sums["balance"] is None:
        return None
    return MemberReading(member=member, at=now, **sums)
