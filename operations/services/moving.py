"""Whether the installation is where it was: a copy of it somewhere else sends nothing.

Whoever restores a dump of production under another address has a second installation, which knows
all that waits to be sent and the credentials to send it with. So the database keeps the address
to which it is bound. Where a process answers at another one, all workspaces are halted, and a
person who lets one of them go on confirms the new address.
"""

import logging

from django.conf import settings
from django.db.models import Q

from operations.addresses import is_same_place
from operations.models import Installation, Lane
from operations.services import lanes
from teams.models import Workspace

logger = logging.getLogger(__name__)


def is_at_home() -> bool:
    """Return whether this process answers at the address to which the installation is bound.

    Binds one that is bound to none. Halts all workspaces where it is bound to another one; they
    stay halted when the old address comes back. Not to be called in a transaction.
    """
    if sentence := move():
        _halt_all(sentence)
    return not sentence


def unconfirmed_address() -> str:
    """Return the address that going on would confirm; nothing where it is the one we know.

    Halts all workspaces where there is one, so that none goes on with another one's consent.
    """
    return "" if is_at_home() else settings.BASE_URL


def move() -> str:
    """Return from where to where the installation has moved, in a sentence; nothing: it has not."""
    here = settings.BASE_URL
    bound = Installation.bind(here)
    if is_same_place(bound, here):
        return ""
    return f"Switchboard answered at {bound} before, and answers at {here} now."


def _halt_all(sentence: str) -> None:
    """Halt each workspace that is not halted for this, those without a lane as well."""
    for workspace in Workspace.objects.filter(~Q(pk__in=Lane.objects.values("pk"))):
        lanes.lane_of(workspace.pk)
    told = Lane.objects.filter(halt=Lane.Halt.MOVED, halt_reason__startswith=sentence)
    untold = Lane.objects.exclude(pk__in=told.values("pk")).order_by("pk")
    halted = [pk for pk in untold.values_list("pk", flat=True) if _halt(pk, sentence)]
    if halted:
        logger.warning("the installation has moved", extra={"workspaces": halted})


def _halt(workspace_id: int, sentence: str) -> bool:
    return lanes.halt(workspace_id, Lane.Halt.MOVED, reason=sentence)
