"""Reports that are ordered by themselves: every day, of all accounts, what is not known yet.

Off unless somebody switches it on, and in that person's name: whoever may no longer order reports
of all accounts orders none this way either.
"""

import logging
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from audit.events import Event
from audit.writing import SWITCHBOARD, record
from teams.capabilities import Capability
from teams.models import Workspace
from teams.policy import Actor, MissingCapabilityError, actor_in, require
from teams.services.turns import lock, turn
from usage.models import DailyOrders, OrderedDay, Report
from usage.products import DIRECTIONS, PRODUCTS
from usage.seeing import holds_on_all
from usage.services import guarding, ordering
from usage.services.gaps import lacking
from usage.services.knowing import Span
from usage.services.windows import window
from usage.wanted import Wanted

logger = logging.getLogger(__name__)

HOUR = 6
"""Of UTC, when a round begins: Vonage counts some records late."""
AT_ONCE = 20
_RETRY = timedelta(minutes=10)
_DAY = timedelta(days=1)
State = Report.State
_LOST_RIGHTS = (
    "It was switched off: {who}, who had switched it on, may no longer order reports of all "
    "accounts."
)
_NO_ACCOUNT = "The primary account is not known yet."
_BROKE = "The last round broke here; it is tried again."


class Choice(NamedTuple):
    """What can be ordered every day: a product, in one direction where Vonage asks for one."""

    product: str
    direction: str

    @property
    def code(self) -> str:
        """How it is kept and sent in forms."""
        return f"{self.product}:{self.direction}"

    @property
    def name(self) -> str:
        """What a person reads."""
        name = PRODUCTS[self.product].name
        return f"{name}, {self.direction}" if self.direction else name


CHOICES = {
    each.code: each
    for product in PRODUCTS.values()
    for each in (Choice(product.code, way) for way in (DIRECTIONS if product.directed else ("",)))
}


def of(workspace_id: int) -> DailyOrders | None:
    """Return what is set; None where nothing ever was. One query."""
    rows = DailyOrders.objects.select_related("asked_by")
    return rows.filter(workspace=workspace_id).first()


def change(actor: Actor, codes: Iterable[str]) -> None:
    """Order these every day from now on, in the name of the actor; none: switch it off.

    Raises `MissingCapabilityError`: switching it on takes the right to order on all accounts.
    """
    chosen = [code for code in CHOICES if code in set(codes)]
    with turn(actor) as by:
        require(by, Capability.GUARDRAIL_MANAGE)
        before = of(by.workspace.pk)
        if chosen:
            _require_all(by)
        elif before is None or not before.chosen:
            return
        now = timezone.now()
        DailyOrders.objects.update_or_create(
            workspace=by.workspace,
            defaults={
                "asked_by": by.user,
                "asked_at": now,
                "chosen": chosen,
                "next_at": _begin(now) if chosen else None,
                "fault": "",
            },
        )
        record(
            Event.REPORTS_DAILY_CHANGED,
            actor=by.user,
            workspace=by.workspace,
            old={"ordered daily": before.chosen if before else []},
            new={"ordered daily": chosen},
        )


def run_due(now: datetime) -> int:
    """Run the rounds that are due; return how many reports were ordered.

    A round that dies is taken up again; what it ordered is not ordered again.
    """
    due = DailyOrders.objects.filter(next_at__lte=now).order_by("next_at")
    count = 0
    for workspace_id in list(due.values_list("workspace_id", flat=True)[:AT_ONCE]):
        mine = DailyOrders.objects.filter(workspace=workspace_id, next_at__lte=now)
        if mine.update(next_at=now + _RETRY):
            count += _round(workspace_id, now)
    return count


def _round(workspace_id: int, now: datetime) -> int:
    held = DailyOrders.objects.filter(workspace=workspace_id, next_at=now + _RETRY)
    try:
        count, fault = _order_all(workspace_id)
    except Exception:
        logger.exception("a round of daily orders broke", extra={"workspace_id": workspace_id})
        held.update(fault=_BROKE)
        return 0
    held.update(next_at=_begin(now + _DAY), fault=fault)
    return count


def _order_all(workspace_id: int) -> tuple[int, str]:
    """Order what is missing; return how many reports were, and what kept back the rest."""
    orders = DailyOrders.objects.select_related("workspace", "asked_by").get(pk=workspace_id)
    actor = _actor(orders)
    if actor is None:
        _switch_off(orders)
        return 0, ""
    primary = Account.objects.filter(workspace=workspace_id, is_primary=True).first()
    if primary is None:
        return 0, _NO_ACCOUNT
    _release(workspace_id)
    count, faults = 0, []
    for choice in (CHOICES[code] for code in orders.chosen if code in CHOICES):
        ordered, fault = _order(actor, primary, choice)
        count += ordered
        if fault:
            faults.append(f"{choice.name}: {fault}")
    return count, " ".join(faults)


def _order(actor: Actor, primary: Account, choice: Choice) -> tuple[int, str]:
    """Order the missing days of one product, the newest first, as many as fit the budget."""
    count = 0
    for first, last in reversed(lacking(primary.workspace_id, *choice)):
        whole = _wanted(primary, choice, (first, last))
        fit = guarding.days_that_fit(actor, whole, is_daily=True)
        # Where none fits, the newest day is refused with the reason.
        start = max(first, last - (max(fit, 1) - 1) * _DAY)
        try:
            count += _claim(actor, primary, choice, (start, last))
        except guarding.OverBudgetError as error:
            return count, str(error)
        if start > first:
            return count, "the budget did not reach for all missing days."
    return count, ""


def _claim(actor: Actor, primary: Account, choice: Choice, span: Span) -> int:
    """Order one report of some days, each of which is noted with it, or nothing at all."""
    wanted = _wanted(primary, choice, span)
    with transaction.atomic():
        lock(actor.workspace.pk)
        if span not in lacking(actor.workspace.pk, *choice, within=span):
            return 0  # somebody ordered some of it meanwhile
        try:
            report = ordering.order(
                actor, wanted, token=f"daily-{secrets.token_hex(16)}", is_daily=True
            )
        except ordering.HeldError:
            return 0
        OrderedDay.objects.bulk_create(
            OrderedDay(
                workspace=actor.workspace,
                product=choice.product,
                direction=choice.direction,
                day=span[0] + n * _DAY,
                report=report,
            )
            for n in range((span[1] - span[0]).days + 1)
        )
    return 1


def _wanted(primary: Account, choice: Choice, span: Span) -> Wanted:
    starts_at, ends_at = window(*span)
    return Wanted(
        product=choice.product,
        direction=choice.direction,
        account=primary,
        with_subaccounts=True,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _release(workspace_id: int) -> None:
    """Give days back whose order was refused and never ran: nothing was paid for them."""
    days = OrderedDay.objects.filter(workspace=workspace_id)
    days.filter(report__state=State.FAILED, report__remote_id="").delete()


def _actor(orders: DailyOrders) -> Actor | None:
    """Return the person, where the right is still held."""
    user = orders.asked_by
    actor = actor_in(user, orders.workspace.slug) if user.is_active else None
    if actor and holds_on_all(actor, Capability.REPORT_RUN):
        return actor
    return None


def _require_all(actor: Actor) -> None:
    if not holds_on_all(actor, Capability.REPORT_RUN):
        raise MissingCapabilityError(Capability.REPORT_RUN)


@transaction.atomic
def _switch_off(orders: DailyOrders) -> None:
    workspace = Workspace.objects.get(pk=orders.workspace_id)
    fault = _LOST_RIGHTS.format(who=orders.asked_by)
    rows = DailyOrders.objects.filter(pk=orders.pk, asked_at=orders.asked_at)
    if not rows.update(chosen=[], next_at=None, fault=fault):
        return  # somebody else has just switched it on
    record(
        Event.REPORTS_DAILY_CHANGED,
        actor=SWITCHBOARD,
        workspace=workspace,
        old={"ordered daily": orders.chosen},
        new={"ordered daily": []},
        reason=fault,
    )


def _begin(now: datetime) -> datetime:
    """Return when the round of this day of UTC begins."""
    day: date = now.astimezone(UTC).date()
    return datetime(day.year, day.month, day.day, HOUR, tzinfo=UTC)
