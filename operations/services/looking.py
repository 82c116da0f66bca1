"""One more look at Vonage for something that was taken for not executed."""

from django.utils import timezone

from operations import kinds, wire
from operations.errors import UnreliableError
from operations.kinds import Absent
from operations.models import Operation
from operations.services.settling import conclude
from operations.times import times
from vonage_api import Timeouts
from vonage_api.errors import VonageError


def look_now(operation: Operation) -> bool:
    """Look for the effect of an operation now, while a person waits; return whether that worked.

    Where the effect is there after all, the operation is moved to where it belongs.
    """
    asked_at, longest = timezone.now(), times().listing
    patience = Timeouts(connect=min(times().connect, longest), read=longest, total=longest)
    try:
        with wire.client(operation.workspace_id, patience) as client:
            sighting = kinds.kind_of(operation.kind).look(client, [operation])[operation.pk]
    except (VonageError, UnreliableError, wire.CannotConnectError):
        return False
    if not isinstance(sighting, Absent):
        conclude(operation, sighting, asked_at)
    return True
