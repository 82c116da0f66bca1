"""One attempt from end to end. Nothing here happens inside a transaction but what says so."""

import logging
from time import monotonic
from typing import Any

from django.utils import timezone

from operations import kinds, wire
from operations.errors import UnreliableError
from operations.kinds import Absent, Conflict, Found, Sighting
from operations.services import moving
from operations.services.sending import books
from operations.services.sending.claim import Claim, claim, due, waits_in
from operations.services.sending.fence import Fence
from operations.services.sending.record import (
    record,
    record_conflict,
    record_found,
    record_no_look,
)
from operations.times import times
from vonage_api import Timeouts
from vonage_api.errors import VonageError, Withdrawn
from vonage_api.outcomes import NotSent, Outcome

logger = logging.getLogger(__name__)

AT_ONCE = 50
"""So many are looked up at a time."""
LONGEST = 60.0
"""Seconds after which a round of sending begins no further attempt."""


def send_ready() -> int:
    """Send what is ready, the longest waiting first; return how many attempts were made.

    Nothing where the installation has moved: then everything is halted.
    """
    if not moving.is_at_home():
        return 0
    end, made = monotonic() + LONGEST, 0
    while monotonic() < end:
        sent = [send_one(pk) for pk in due(timezone.now(), AT_ONCE)]
        made += sum(sent)
        if not any(sent):
            break
    return made


def send_one(pk: int) -> bool:
    """Make one attempt to send an operation, if it is to be sent now; return whether one was made.

    A fault of ours is logged and leaves the attempt as it is: the sweep finds out what it left.
    """
    workspace_id = waits_in(pk)
    if workspace_id is None or not books.are_known(workspace_id):
        return False
    claimed = claim(pk, timezone.now())
    if claimed is None:
        return False
    try:
        _attempt(claimed)
    except Exception:
        logger.exception("an attempt broke", extra={"operation": claimed.operation.reference})
    return True


def _attempt(claimed: Claim) -> None:
    if claimed.looks_first:
        try:
            sighting = _look(claimed)
        except (VonageError, UnreliableError, wire.CannotConnectError) as error:
            record_no_look(claimed, error)
            return
        if not isinstance(sighting, Absent):
            _already_there(claimed, sighting)
            return
    record(claimed, _send(claimed))


def _look(claimed: Claim) -> Sighting:
    operation, longest = claimed.operation, times().listing
    patience = Timeouts(connect=min(times().connect, longest), read=longest, total=longest)
    with wire.client(operation.workspace_id, patience) as client:
        return kinds.kind_of(operation.kind).look(client, [operation])[operation.pk]


def _already_there(claimed: Claim, sighting: Sighting) -> None:
    match sighting:
        case Found():
            record_found(claimed, sighting)
        case Conflict():
            record_conflict(claimed, sighting)


def _send(claimed: Claim) -> Outcome[Any]:
    operation = claimed.operation
    fence = Fence(claimed.attempt, operation.workspace_id, monotonic() + times().fence)
    patience = Timeouts(connect=times().connect, read=times().read, total=times().total)
    try:
        with wire.client(operation.workspace_id, patience) as client:
            return kinds.kind_of(operation.kind).send(client, operation, fence)
    except wire.CannotConnectError as error:
        return NotSent(reason="refused", error=Withdrawn(str(error)))
