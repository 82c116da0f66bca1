"""What only people know of auto-reload: noted by a form, the reference of the payment sealed."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Account
from audit.events import Event
from audit.writing import record
from operations.services import lanes
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn
from topups import alarming
from topups.models import Alarm, AutoReload, Payment
from vault.fields import seal_into, unseal_from
from vault.secret import Secret

ENOUGH = 12
"""The end of a shorter reference would tell too much of it."""


def note(
    actor: Actor, *, trx: Secret | None, amount: Decimal | None, threshold: Decimal | None
) -> None:
    """Note what is known of auto-reload; amounts in EUR, None where not known.

    trx: None keeps the one that there is. Raises `MissingCapabilityError`. The lane is locked, so
    that nothing is claimed meanwhile that was asked for with something else in it.
    """
    with turn(actor) as now:
        lanes.lock(now.workspace.pk)
        primary = Account.objects.filter(workspace=now.workspace, is_primary=True).first()
        policy.require(now, Capability.TOPUP_TRIGGER, primary)
        kept = Payment.objects.filter(workspace=now.workspace).first()
        payment = kept or Payment(workspace=now.workspace)
        old = _told(payment)
        _put(payment, trx, amount, threshold)
        if kept is None:
            payment.save(force_insert=True)
        else:
            _save(payment, sealed=trx is not None)
        AutoReload.objects.get_or_create(workspace=now.workspace)
        if threshold is None:
            alarming.end(now.workspace.pk, Alarm.Kind.LOW, timezone.now())
        changed = _told(payment)
        if trx is not None:
            changed["reference"] = "another one" if old["reference"] else "noted"
        record(
            Event.AUTO_RELOAD_NOTED,
            actor=now.user,
            workspace=now.workspace,
            old=old,
            new=changed,
        )


def trx_of(payment: Payment) -> Secret:
    """Return the reference of the payment; there is one."""
    return unseal_from(payment, "trx")


def _put(
    payment: Payment, trx: Secret | None, amount: Decimal | None, threshold: Decimal | None
) -> None:
    if trx is not None:
        seal_into(payment, "trx", trx)
        value = trx.reveal()
        payment.trx_ends = value[-4:] if len(value) >= ENOUGH else ""
    if trx is not None or amount != payment.amount:
        payment.version += 1
    if threshold != payment.threshold:
        payment.threshold_at = None if threshold is None else timezone.now()
    payment.amount, payment.threshold = amount, threshold


def _save(payment: Payment, *, sealed: bool) -> None:
    """Save it, but not the seal where that is as it was: it may be getting another key."""
    seal = ["trx", "trx_ends"] if sealed else []
    payment.save(update_fields=["amount", "threshold", "threshold_at", "version", *seal])


def _told(payment: Payment) -> dict[str, Any]:
    """Return what the audit book says: of the reference only whether there is one."""
    reference = "noted" if payment.trx else ""
    return {"reference": reference, "amount": payment.amount, "threshold": payment.threshold}
