"""What was before the demo began: usage that is read from Vonage, balances that fit it, statements.

The simulator makes up usage for any day, but knows balances of today only. So those of before are
reckoned backwards: from the first one that was read, over usage and transfers. Not in any
installation but the demo.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Account, Reading, Tag
from operations.models import Lane
from statements.models import Statement
from statements.months import Month, last_over
from statements.services import making, setting
from subaccounts.models import RemoteTransfer
from teams.models import Workspace
from teams.policy import Actor
from usage.models import Report, UsageSum
from usage.services import ordering
from usage.services.windows import begin_of
from usage.wanted import Wanted

PRODUCTS = (("SMS", "outbound"), ("SMS", "inbound"), ("VOICE-CALL", ""), ("VERIFY-V2", ""))
FACTOR = Decimal("1.25")
RENTAL = Decimal("0.90")
"""EUR that a month of a number costs; every third account pays it, and Vonage does not say so."""
_RENTED = 3
_PATIENCE = 600.0  # seconds
_DAY = timedelta(days=1)


class Flow(NamedTuple):
    """EUR that came (or, negative, went) at a time."""

    at: datetime
    amount: Decimal


def order(owner: Actor, tag: Tag) -> None:
    """Set resale prices, and order what was used from the last month on; once."""
    if tag not in {each.tag for each in setting.lists_of(owner)}:
        setting.make_list(owner, tag, FACTOR)
    month, today = _month(owner.workspace), begin_of(timezone.now().astimezone(UTC).date())
    primary = Account.objects.get(workspace=owner.workspace, is_primary=True)
    for product, direction in PRODUCTS:
        window = begin_of(month.days[0]), today
        wanted = Wanted(product, direction, primary, True, *window)
        token = f"demo {product} {direction} {month.first:%Y-%m}"
        try:
            ordering.order(owner, wanted, token=token)
        except ordering.HeldError:
            continue  # somebody has ordered it


def complete(workspace: Workspace) -> int:
    """Wait for usage and transfers, then give accounts a past and make last month's statements.

    Returns how many statements there are. Raises `TimeoutError` where they do not come.
    """
    end = time.monotonic() + _PATIENCE
    while not _is_read(workspace):
        if time.monotonic() > end:
            raise TimeoutError("Usage and transfers of the last month were not read.")
        time.sleep(1)
    month = _month(workspace)
    _remember(workspace, month)
    making.make_month(workspace, month.first)
    current = Statement.objects.filter(workspace=workspace, month=month.first, is_current=True)
    return current.count()


def _month(workspace: Workspace) -> Month:
    return last_over(workspace.zone_name, timezone.now())


def _is_read(workspace: Workspace) -> bool:
    """Return whether all reports were taken in, and the transfers read."""
    waiting = Report.objects.filter(workspace=workspace, due_at__isnull=False)
    audited = Lane.objects.filter(workspace=workspace, audited_at__isnull=False)
    return not waiting.exists() and audited.exists()


@transaction.atomic
def _remember(workspace: Workspace, month: Month) -> None:
    """Write what balances were, for accounts of which nothing is known of the month."""
    accounts = Account.objects.filter(workspace=workspace, shares_balance=False)
    usage, moved = _usage(workspace, month), _transfers(workspace, month)
    for place, account in enumerate(accounts.order_by("listing_key")):
        first = Reading.objects.filter(account=account).order_by("at").first()
        if first is None or first.at <= month.end:
            continue
        flows = [*usage[account.pk], *moved[account.api_key]]
        if place % _RENTED == 0:
            flows.append(Flow(month.end - _DAY, -RENTAL))
        Reading.objects.bulk_create(_backwards(first, flows, month.begin))


def _backwards(first: Reading, flows: Iterable[Flow], begin: datetime) -> Iterator[Reading]:
    """Yield what the balance was after each flow, the latest first, and at the beginning."""
    balance = first.balance
    by_time: dict[datetime, Decimal] = defaultdict(Decimal)
    for at, amount in flows:
        if begin < at < first.at:
            by_time[at] += amount
    for at in sorted(by_time, reverse=True):
        yield _reading(first, at, balance)
        balance -= by_time[at]
    yield _reading(first, begin, balance)


def _reading(like: Reading, at: datetime, balance: Decimal) -> Reading:
    return Reading(  # type: ignore[misc] # the stubs take money for a number
        account_id=like.account_id, at=at, balance=balance, credit_limit=like.credit_limit
    )


def _usage(workspace: Workspace, month: Month) -> dict[int, list[Flow]]:
    """Return what usage cost, by who pays it: at the end of each day, and of the month."""
    primary = Account.objects.get(workspace=workspace, is_primary=True).pk
    sharing = Account.objects.filter(workspace=workspace, shares_balance=True)
    payers = dict.fromkeys(sharing.values_list("pk", flat=True), primary)
    sums = UsageSum.objects.filter(workspace=workspace, is_valid=True, currency="EUR")
    rows = sums.order_by().values_list("account_id", "day", "month").annotate(money=Sum("cost"))
    found: dict[int, list[Flow]] = defaultdict(list)
    for account, day, counted, cost in rows:
        end = begin_of(day + _DAY)
        at = min(end, month.end) if counted == month.first else end
        found[payers.get(account, account)].append(Flow(at, -cost))
    return found


def _transfers(workspace: Workspace, month: Month) -> dict[str, list[Flow]]:
    """Return what was moved, by API key, both sides."""
    rows = RemoteTransfer.objects.filter(
        workspace=workspace, kind=RemoteTransfer.Kind.BALANCE, created_at__gte=month.begin
    )
    found: dict[str, list[Flow]] = defaultdict(list)
    for row in rows:
        found[row.from_key].append(Flow(row.created_at, -Decimal(row.amount)))
        found[row.to_key].append(Flow(row.created_at, Decimal(row.amount)))
    return found
