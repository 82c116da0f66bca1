"""A filled installation to look around in. Only ever at the simulator."""

import secrets
from pathlib import Path

from accounts.models import Connection
from accounts.services import connecting
from accounts.tasks import ring
from dashboard.env import Env
from teams import policy
from teams.models import User, Workspace
from teams.services.first_start import Owner, found, is_done
from vault.secret import Secret

OWNER = "owner"


class NotTheSimulatorError(Exception):
    """Demo people beside real money are refused."""


def prepare(env: Env) -> dict[str, str]:
    """Make the demo's people and connection where missing; return user names with passwords.

    The passwords are random and kept in `demo-passwords` at home, so that they are the same after
    a restart. Raises `NotTheSimulatorError` where Vonage is not the simulator, and where the
    installation already has people of its own.
    """
    if not env.simulated:
        raise NotTheSimulatorError("The demo runs with the simulator only, not with Vonage itself.")
    kept = env.home / "demo-passwords"
    if is_done() and not kept.is_file():
        raise NotTheSimulatorError(
            "This installation has people of its own; move SWITCHBOARD_HOME."
        )
    if not is_done():
        _fill(env, kept)
    _connect(env)
    return dict([_line(line) for line in kept.read_text().splitlines()])


def _fill(env: Env, kept: Path) -> None:
    password = secrets.token_urlsafe(12)
    kept.touch(mode=0o600)
    kept.write_text(f"{OWNER} {password}\n")
    found(Owner(OWNER, "owner@example.com", password, env.time_zone, "Tessarine Communications"))


def _connect(env: Env) -> None:
    """Connect the workspace; again after a start that was cut short in between."""
    user = User.objects.get(username=OWNER)
    workspace = Workspace.objects.get(primary_user=user)
    if not Connection.objects.filter(workspace=workspace).exists():
        actor = policy.Actor(user, workspace)
        connecting.connect(actor, api_key=env.simulator_key, secret=Secret(env.simulator_secret))
        ring(workspace.pk)


def _line(line: str) -> tuple[str, str]:
    name, _, password = line.partition(" ")
    return name, password
