"""A top-up: the payment that switched auto-reload on, made once more.

Nothing at Vonage lists payments. So what became of one is known from the answer alone, and where
that is lost only a person can find out.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mirror
from audit.events import Event
from money.formatting import format_money
from operations.errors import RefusedError
from operations.kinds import Conflict, Fence, Kind, Sighting, register
from operations.models import Operation
from operations.models.asked import Asked
from operations.services.sending.beginning import began_at
from operations.states import COUNTED, HELD, State
from operations.times import seconds, times
from subaccounts.kinds.changes import account_of
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from topups import hints
from topups.models import Payment
from topups.services.noting import trx_of
from vonage_api import VonageClient
from vonage_api.errors import Withdrawn
from vonage_api.outcomes import NotSent, Outcome

CODE = "top_up"

_LOST = (
    "Vonage did not answer clearly, and nothing at Vonage lists payments: whether it was paid "
    "cannot be asked. Look at the payments in Vonage's own dashboard, and say what happened."
)
_FORGOTTEN = (
    "It was asked for before this process began, so it may have been sent already, and nothing at "
    "Vonage lists payments. It was not sent now. Look at the payments in Vonage's own dashboard, "
    "and say what happened."
)


def register_all() -> None:
    """Make the kind known to the outbox."""
    register(TopUp())


class TopUp(Kind):
    """A payment to the primary account. It is sent once at most, whatever happens.

    wanted: `payment`, the version of what is noted of it; `amount` in EUR where that is known;
    `again` where another one a moment ago is not to be minded.
    """

    code = CODE
    noun = "top-up"
    asked = Event.TOP_UP_ASKED
    settled = Event.TOP_UP_SETTLED
    seen_with = Capability.TOPUP_TRIGGER
    can_be_seen = False

    def require(self, actor: Actor, asked: Asked) -> None:
        """Raise unless the right is held, the payment is the one noted, and no other is open."""
        account = account_of(asked)
        policy.require(actor, Capability.TOPUP_TRIGGER, account)
        _require_payment(asked)
        _require_alone(asked)
        if isinstance(asked, Operation):
            _require_unsent(asked)

    def is_dangerous(self, asked: Asked) -> bool:  # noqa: ARG002 - always
        """Return that the person has to show once more who it is."""
        return True

    def word(self, asked: Asked) -> str:
        """Return the API key, to be typed: it costs money, and nothing takes it back."""
        return account_of(asked).api_key

    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once, unless another payment was noted since this was claimed."""
        payment = Payment.objects.get(workspace=operation.workspace_id)
        if payment.version != operation.wanted["payment"]:
            return NotSent(reason="fence", error=Withdrawn("another payment was noted"))
        return client.account.top_up(trx=trx_of(payment).reveal(), before_first_byte=fence)

    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Hand it to a person: whatever Vonage shows proves nothing.

        Vonage is asked all the same, so that this says something about whether it answers.
        """
        client.account.get_balance()
        return {each.pk: _sighting(each) for each in operations}

    def took_effect(self, operation: Operation, value: Any) -> None:  # noqa: ARG002 - says nothing
        """Have the figures read again."""
        mirrors = Mirror.objects.filter(pk=operation.workspace_id)
        mirrors.exclude(fault=Mirror.Fault.THROTTLED).update(due_at=timezone.now())

    def hints(self, operation: Operation) -> list[str]:
        """Return whether the balance rose by exactly what would have been paid."""
        return hints.of(operation)

    def page(self, asked: Asked) -> str:
        """Return where top-ups are asked for."""
        return reverse("topups:index", args=[asked.workspace.slug])

    def sentence(self, asked: Asked, name: str) -> str:
        """Return for whom, and how much as far as it is known."""
        amount = amount_of(asked)
        if amount is None:
            return f"{name} is topped up by the payment that switched auto-reload on"
        return f"{name} is topped up by {format_money(amount)}, as was noted of the payment"

    def told(self, asked: Asked) -> dict[str, Any]:
        """Return what the audit book says."""
        return {"amount": amount_of(asked)} if amount_of(asked) is not None else {}


def amount_of(asked: Asked) -> Decimal | None:
    """Return what is paid in EUR, as far as somebody has noted it."""
    text = asked.wanted.get("amount")
    return None if text is None else Decimal(text)


def wanted_of(payment: Payment, *, again: bool) -> dict[str, Any]:
    """Return what is asked for by a person who is shown this payment."""
    amount = {} if payment.amount is None else {"amount": f"{payment.amount.normalize():f}"}
    return {"payment": payment.version, **amount, **({"again": True} if again else {})}


def open_of(workspace_id: int) -> Operation | None:
    """Return the top-up that is under way, or of which a person has to say what happened."""
    return _top_ups(workspace_id).filter(state__in=[*HELD, State.AWAITING]).first()


def lately(workspace_id: int, now: datetime) -> Operation | None:
    """Return a top-up of the last minutes that has happened, or may have."""
    return _lately(_top_ups(workspace_id), now).order_by("-created_at").first()


def _top_ups(workspace_id: int) -> QuerySet[Operation]:
    return Operation.objects.filter(workspace=workspace_id, kind=CODE)


def _lately(top_ups: QuerySet[Operation], now: datetime) -> QuerySet[Operation]:
    since = now - seconds(times().repeated)
    return top_ups.filter(created_at__gt=since, state__in=COUNTED)


def _require_payment(asked: Asked) -> None:
    """Refuse without a reference, and where it or the amount is not what the person was shown."""
    payment = Payment.objects.filter(workspace=asked.workspace_id).first()
    if payment is None or not payment.trx:
        raise RefusedError("Note the reference of the payment that switched auto-reload on first.")
    if payment.version != asked.wanted.get("payment"):
        raise RefusedError("What is noted of the payment was changed meanwhile. Ask once more.")


def _require_alone(asked: Asked) -> None:
    others, at = _top_ups(asked.workspace_id), timezone.now()
    if isinstance(asked, Operation):
        others, at = others.exclude(pk=asked.pk), asked.created_at
    if under_way := others.filter(state__in=[*HELD, State.AWAITING]).first():
        raise RefusedError(
            f"There is a top-up already: {under_way}. Before it is settled there is no other one."
        )
    if not asked.wanted.get("again") and _lately(others, at).exists():
        raise RefusedError(
            "There was a top-up a moment ago. Ask once more, and say that you mean another one.",
            field="again",
        )


def _require_unsent(operation: Operation) -> None:
    """Refuse a second attempt, and one so late that a database put back could have forgotten it.

    What was asked for before this process began is let through to `look`, which hands it to a
    person: it may have been sent, and "not sent" would be a guess.
    """
    if operation.created_at < began_at():
        return
    if operation.attempts.exists():
        raise RefusedError(
            "The attempt came to nothing, so nothing was paid, and a top-up is not tried again by "
            "itself."
        )
    if timezone.now() - operation.created_at > seconds(times().visible):
        raise RefusedError("It could not be sent at once, and a top-up is not sent late.")


def _sighting(operation: Operation) -> Conflict:
    was_sent = operation.state == State.UNKNOWN
    return Conflict(_LOST if was_sent else _FORGOTTEN, stops=False)
