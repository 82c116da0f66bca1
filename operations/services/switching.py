"""The switch that stops everything: who may stop, and who lets it go on, and after seeing what."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from operations.errors import RefusedError
from operations.models import Finding, Lane
from operations.services import lanes, moving
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor, MissingCapabilityError
from teams.services.turns import turn

_MOVED = "This installation answers at another address than before. Look at what is said above."
_MORE_WAS_FOUND = "Something more was found meanwhile. Look at it first."


def may_stop(actor: Actor) -> bool:
    """Return whether the person may stop what is sent: who approves anywhere, or sets guardrails.

    Stopping loses nothing, so it takes less than going on.
    """
    return any(
        policy.can(actor, right)
        for right in (Capability.TRANSFER_AUTHORIZE, Capability.GUARDRAIL_MANAGE)
    )


def require_may_stop(actor: Actor) -> None:
    """Raise `MissingCapabilityError` unless the person may stop what is sent."""
    if not may_stop(actor):
        raise MissingCapabilityError(Capability.TRANSFER_AUTHORIZE)


def stop(actor: Actor, *, reason: str) -> bool:
    """Stop everything that is sent; return whether it was not stopped before."""
    with turn(actor) as now:
        require_may_stop(now)
        return lanes.halt(now.workspace.pk, Lane.Halt.PERSON, reason=reason, actor=now.user)


def go_on(actor: Actor, *, reason: str, shown: int, halted_at: datetime | None = None) -> bool:
    """Let it go on; return whether it was stopped. Findings count as seen.

    shown: the newest finding that the person was shown, 0 for none. halted_at: since when it was
    stopped, as shown. Raises `RefusedError` where there is a newer finding, or where the
    installation has moved and that is not what was shown; going on confirms its new address.
    """
    address = moving.unconfirmed_address()  # before the turn: it may halt all workspaces
    with turn(actor) as now:
        policy.require(now, Capability.GUARDRAIL_MANAGE)
        lane = lanes.lock(now.workspace.pk)
        if address and lane.halted_at != halted_at:
            raise RefusedError(_MOVED)
        if _unseen(now).filter(pk__gt=shown).exists():
            raise RefusedError(_MORE_WAS_FOUND)
        return lanes.resume(now.workspace.pk, reason=reason, actor=now.user, address=address)


def see_findings(actor: Actor, *, shown: int) -> int:
    """Note that the person has looked at the findings up to this one; return how many are new.

    Raises `RefusedError` while sending is stopped: letting it go on is what counts as seen then.
    """
    with turn(actor) as now:
        policy.require(now, Capability.GUARDRAIL_MANAGE)
        if lanes.lock(now.workspace.pk).halt:
            raise RefusedError("While nothing is sent, they are seen by letting it go on.")
        seen = _unseen(now).filter(pk__lte=shown)
        keys = list(seen.order_by("pk").values_list("key", flat=True))
        seen.update(seen_at=timezone.now(), seen_by=now.user)
        if keys:
            record(
                Event.FINDINGS_SEEN, actor=now.user, workspace=now.workspace, new={"about": keys}
            )
    return len(keys)


def _unseen(actor: Actor) -> QuerySet[Finding]:
    return Finding.objects.filter(workspace=actor.workspace, seen_at=None)
