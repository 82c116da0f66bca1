"""What speaks for a top-up of which nobody knows: shown to a person, and no proof."""

from decimal import Decimal
from itertools import pairwise

from accounts.models import Reading
from money.formatting import format_money
from operations.models import Operation
from ui.times import local

MOST = 500
"""So many readings are looked at: a busy account has one every few seconds."""


def of(operation: Operation) -> list[str]:
    """Return sentences about the balance of the primary account since the top-up was asked for."""
    text = operation.wanted.get("amount")
    if text is None:
        return ["How much it is was not noted, so the balance tells nothing."]
    amount = Decimal(text)
    rises = [
        f"Between {local(before.at)} and {local(after.at)} the balance of the primary account "
        f"rose by exactly {format_money(amount)}. That speaks for it, and proves nothing."
        for before, after in pairwise(_readings(operation))
        if after.balance - before.balance == amount
    ]
    nothing = (
        f"No reading since then shows a rise by exactly {format_money(amount)}. That proves "
        "nothing either: what was used meanwhile hides it."
    )
    return rises or [nothing]


def _readings(operation: Operation) -> list[Reading]:
    """Return the last reading before the top-up was asked for, and those since."""
    readings = Reading.objects.filter(account=operation.account_id)
    before = readings.filter(at__lte=operation.created_at).order_by("-at")[:1]
    since = readings.filter(at__gt=operation.created_at).order_by("at")[:MOST]
    return [*before, *since]
