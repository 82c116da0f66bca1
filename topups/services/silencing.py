"""A person's word that auto-reload is meant to be off."""

from django.utils import timezone

from accounts.models import Account
from audit.events import Event
from audit.writing import record
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn
from topups import alarming
from topups.models import Alarm


def is_meant(actor: Actor) -> bool:
    """End the alarm that auto-reload is off; return whether there was one.

    Raises `MissingCapabilityError`. It comes again when auto-reload has been on in between.
    """
    with turn(actor) as now:
        primary = Account.objects.filter(workspace=now.workspace, is_primary=True).first()
        policy.require(now, Capability.TOPUP_TRIGGER, primary)
        if not alarming.end(now.workspace.pk, Alarm.Kind.OFF, timezone.now()):
            return False
        record(Event.AUTO_RELOAD_MEANT_OFF, actor=now.user, workspace=now.workspace)
    return True
