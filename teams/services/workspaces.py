"""A workspace's own settings."""

from typing import NamedTuple

from audit.events import Event
from audit.writing import record
from teams import policy
from teams.capabilities import Capability
from teams.models import Workspace
from teams.policy import Actor
from teams.services.turns import turn


class Settings(NamedTuple):
    """What holds in the whole workspace."""

    name: str
    second_factor_required: bool
    single_sign_on: bool
    time_zone: str


def change(actor: Actor, settings: Settings) -> None:
    """Let other settings hold from now on. Raises `MissingCapabilityError`."""
    with turn(actor) as now:
        policy.require(now, Capability.WORKSPACE_SETTINGS)
        wanted = settings._asdict()
        old = {name: getattr(now.workspace, name) for name in wanted}
        changed = [name for name, value in wanted.items() if value != old[name]]
        if not changed:
            return
        Workspace.objects.filter(pk=now.workspace.pk).update(**wanted)
        record(
            Event.SETTINGS_CHANGED,
            actor=now.user,
            workspace=now.workspace,
            target=now.workspace,
            old={name: old[name] for name in changed},
            new={name: wanted[name] for name in changed},
        )
