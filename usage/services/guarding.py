"""What a report will cost, in records, before it is ordered."""

from datetime import timedelta
from typing import TYPE_CHECKING

from teams.policy import Actor
from usage.models import Report

if TYPE_CHECKING:
    from usage.services.ordering import Wanted

_EARLIER = 10
"""So many earlier reports are told from."""


class OverBudgetError(Exception):
    """More records than the month has left."""


def admit(actor: Actor, wanted: "Wanted") -> int | None:  # noqa: ARG001 - whose budget it is
    """Return how many records are expected; None where nothing is known to tell from."""
    return estimate(wanted)


def estimate(wanted: "Wanted") -> int | None:
    """Return how many records are expected, by earlier reports of the same for other windows."""
    earlier = Report.objects.filter(
        workspace=wanted.account.workspace_id,
        account=wanted.account,
        with_subaccounts=wanted.with_subaccounts,
        product=wanted.product,
        direction=wanted.direction,
        filters=wanted.filters,
        items_count__isnull=False,
    )
    newest = earlier.order_by("-pk").values_list("items_count", "starts_at", "ends_at")[:_EARLIER]
    found = [(count or 0, end - start) for count, start, end in newest]
    span = sum((length for _, length in found), timedelta())
    if not span:
        return None
    return round(sum(count for count, _ in found) * ((wanted.ends_at - wanted.starts_at) / span))
