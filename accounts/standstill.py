"""Whether anything is sent to Vonage at present, as pages say it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.activity import sees_names
from operations.models import Lane
from teams.capabilities import Capability, mask_of
from teams.policy import Actor

CONCERNED = mask_of(
    (
        Capability.ACCOUNT_RENAME,
        Capability.ACCOUNT_SUSPEND,
        Capability.ACCOUNT_RESUME,
        Capability.TRANSFER_VIEW,
        Capability.TRANSFER_BALANCE_GIVE,
        Capability.TRANSFER_BALANCE_TAKE,
        Capability.TRANSFER_CREDIT_GIVE,
        Capability.TRANSFER_CREDIT_TAKE,
        Capability.TRANSFER_AUTHORIZE,
        Capability.SUBACCOUNT_CREATE,
        Capability.SUBACCOUNT_OWN_BALANCE,
        Capability.TOPUP_TRIGGER,
        Capability.APPROVAL_POLICY,
        Capability.GUARDRAIL_MANAGE,
    )
)
"""Whoever asks Vonage for anything, or follows what others ask for."""


@dataclass(frozen=True)
class Standstill:
    """Nothing is sent. is_halted: until a person says so; otherwise until Vonage answers clearly.

    reason: what a person wrote, or what was found; empty for those who look after single accounts,
    to whom only is said where the installation has moved, and from where to where. mark: which
    standstill this is, as a form sends it back.
    """

    is_halted: bool
    why: str
    reason: str
    since: datetime | None
    is_moved: bool = False

    @property
    def mark(self) -> str:
        """Return when it began, exactly, as `datetime.fromisoformat` reads it."""
        return self.since.isoformat() if self.since else ""


def standstill_of(actor: Actor) -> Standstill | None:
    """Return why nothing is sent at present; None while all is well, or it is not their business.

    At most one query.
    """
    if not actor.anywhere & CONCERNED:
        return None
    return standstill_in(actor, Lane.objects.filter(pk=actor.workspace.pk).first())


def standstill_in(actor: Actor, lane: Lane | None) -> Standstill | None:
    """Return the same where the lane, or that there is none, is known already. No query."""
    if lane is None or not lane.is_closed or not actor.anywhere & CONCERNED:
        return None
    if lane.halt:
        is_moved = lane.halt == Lane.Halt.MOVED
        reason = lane.halt_reason if sees_names(actor) else _move(lane)
        return Standstill(True, lane.get_halt_display(), reason, lane.halted_at, is_moved)
    return Standstill(False, lane.get_hold_display(), "", lane.held_at)


def _move(lane: Lane) -> str:
    """Return from where to where the installation has moved, which everybody may know."""
    return lane.halt_reason.partition("\n")[0] if lane.halt == Lane.Halt.MOVED else ""
