import asyncio
import os
import sys
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection, connections

from dashboard.env import Env, load_env
from dashboard.supervisor.console import Console
from dashboard.supervisor.keeper import PartFailedError
from dashboard.supervisor.part import Part
from dashboard.supervisor.plan import parts
from dashboard.supervisor.preflight import CannotStartError, make_home, port_is_free, sole_user
from dashboard.supervisor.process import Process
from dashboard.supervisor.supervisor import Supervisor


class Command(BaseCommand):
    """Run all of Switchboard on this machine until Ctrl-C."""

    help = (
        "Starts the database, Redis, the simulator, web, worker and beat, and keeps them running."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two ways to start otherwise."""
        parser.add_argument("--demo", action="store_true", help="with demo people already there")
        parser.add_argument("--live", action="store_true", help="Vonage itself, no simulator")

    def handle(self, *, demo: bool, live: bool, **_: Any) -> None:
        """Start everything; exit with one line when that cannot be done."""
        try:
            sys.exit(start(_environment(live=live), demo=demo))
        except CannotStartError as error:
            sys.exit(str(error))


def start(env: Env, *, demo: bool) -> int:
    """Start all parts and stay until they are stopped; return the exit code.

    Raises `CannotStartError` when something outside of us stands in the way.
    """
    if demo and not env.simulated:
        raise CannotStartError(
            "Demo people are for the simulator only: leave out --demo or --live."
        )
    os.umask(0o077)  # what is written from here on is nobody else's to read
    make_home(env.home)
    with sole_user(env.home):
        port_is_free(env.port, variable="PORT")
        if env.simulated:
            port_is_free(env.simulator_port, variable="SIMULATOR_PORT")
        plan = parts(env)
        console = Console()
        console.say("Preparing the database.")
        _prepare_database()
        announce = partial(_announce, env, console, demo=demo)
        return asyncio.run(Supervisor(plan, console=console).run(announce=announce))


def _environment(*, live: bool) -> Env:
    if live:
        os.environ["LIVE"] = "yes"
    env = load_env()
    os.environ["SWITCHBOARD_HOME"] = str(env.home)
    return env


def _prepare_database() -> None:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise CannotStartError(
            f"The database does not answer ({reason}). Start it, or correct DATABASE_URL."
        ) from error
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()


async def _announce(env: Env, console: Console, *, demo: bool) -> None:
    """Print the address and how to sign in; then, in the demo, what its past holds."""
    code, said = await _command("first_start", *(["--demo"] if demo else []))
    if code:
        raise PartFailedError(f"The first start failed:\n{said}")
    console.say(f"\nSwitchboard is ready: {env.own_address}\n{said}\nCtrl-C stops it.\n")
    if demo:
        _, said = await _command("demo_past")  # that it fails is no reason to stop
        console.say(said)


async def _command(*words: str) -> tuple[int, str]:
    """Run one of our commands; return its exit code and what it said."""
    said: list[str] = []
    command = (sys.executable, "manage.py", *words, "--skip-checks")  # `up` itself has passed them
    process = await Process.start(Part(name=words[0], argv=command), hear=said.append)
    try:
        code = await process.wait()
    finally:
        await process.clear()
    return code, "\n".join(said)
