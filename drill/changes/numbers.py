"""The processes of the gate `numbers`: those that read lists, and the people who move numbers."""

import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import connections
from django.db.models import QuerySet

from accounts.models import Account
from accounts.services.vonage import client_with, hosts
from api_secrets.models import HeldSecret
from drill.admin import Admin
from drill.changes.plan import Changes
from drill.changes.points import READING, least_hit
from drill.children import IDLE
from drill.crashes import Crashes
from drill.world import World
from operations import wire
from operations.models import Operation
from operations.states import HELD, State
from operations.wire import CannotConnectError
from phone_numbers.models import Number
from phone_numbers.services import moving, reading
from subaccounts import new_secrets
from teams.policy import Actor
from vault.fields import seal_into
from vonage_api import Secret, Timeouts
from vonage_api.errors import VonageError

SUBACCOUNTS = 6
"""Between the primary account and so many subaccounts; every other one has a secret held."""
TOGETHER = 3
SHARE_TOGETHER = 0.3
"""So many ask at once for another move of the same number, in this share of cases."""
UNSEEN = 30.0
"""Seconds for which a number may be missing here, as after a bad list; then its owner gives up."""


def scale_times() -> None:
    """Let what takes minutes take seconds, before any process is forked."""
    reading.CLAIM = timedelta(seconds=4)
    reading.PATIENCE = Timeouts(connect=0.5, read=1, total=1.5)


def prepare(world: World, plan: Changes, admin: Admin) -> None:
    """Give the primary account its numbers, and hold a secret of every other subaccount."""
    for place in range(plan.things):
        admin.give(msisdn_of(place), world.primary)
    for account in between(world)[::2]:
        _hold(account)
    for account in readable(world):
        reading.read(account)


def msisdn_of(place: int) -> str:
    """Return one number of the simulator's pool after the other."""
    return f"447700900{place + 100}"


def between(world: World) -> list[Account]:
    """Return the subaccounts that take part."""
    rows = Account.objects.filter(
        workspace=world.actor.workspace, is_primary=False, suspended=False
    )
    return list(rows.order_by("pk")[:SUBACCOUNTS])


def readable(world: World) -> list[Account]:
    """Return the accounts whose numbers can be listed, the primary account first."""
    held = HeldSecret.objects.values_list("account", flat=True)
    here = Account.objects.filter(workspace=world.actor.workspace)
    return [*here.filter(is_primary=True), *here.filter(pk__in=held).order_by("pk")]


def _hold(account: Account) -> None:
    value = new_secrets.new_secret()
    patience = Timeouts(connect=1, read=2, total=3)
    with wire.client(account.workspace_id, patience) as client:
        made = client.secrets.create(Secret(value.reveal()), account.api_key).get()
    row = HeldSecret(
        workspace_id=account.workspace_id,
        account=account,
        api_host=hosts().api,
        remote_id=made.id,
    )
    seal_into(row, "api_secret", value)
    row.save(force_insert=True)
    with client_with(account.api_key, value) as own:
        own.account.get_balance()


def reader(world: World, told: Path, seed: str, *, passes: int) -> Callable[[], None]:
    """Return the work of a process that reads one list after the other."""
    chance = random.Random(seed)  # noqa: S311 - it shall be foreseeable

    def work() -> None:
        Crashes(told, least_hit(READING, told), chance, passes)
        while True:
            # One that is being read, or cannot be: the next.
            with suppress(reading.BusyError, VonageError, CannotConnectError):
                reading.read(chance.choice(readable(world)))
            time.sleep(IDLE)

    return work


@dataclass
class Mover:
    """Somebody who moves one number to and fro."""

    actor: Actor
    primary: Account
    subaccounts: list[Account]
    msisdn: str
    moves: int
    chance: random.Random
    asked: Path
    seen_at: float = 0.0

    def go_on(self, pool: ThreadPoolExecutor) -> bool:
        """Do what is to be done now; return False where nothing will be, any more."""
        self.seen_at = self.seen_at or time.monotonic()
        states = set(moves_of(self.msisdn).values_list("state", flat=True))
        if State.NEEDS_HUMAN in states or time.monotonic() - self.seen_at > UNSEEN:
            return False
        if states & HELD:
            self.seen_at = time.monotonic()
            return True
        if not self.moves:
            return False
        rows = Number.objects.filter(msisdn=self.msisdn).select_related("account")
        number = rows.order_by("-first_seen_at").first()
        if number is not None:
            self._move(number, pool)
        return True

    def _move(self, number: Number, pool: ThreadPoolExecutor) -> None:
        times = TOGETHER if self.chance.random() < SHARE_TOGETHER else 1
        ways = [self._target(number) for _ in range(times)]
        made = [each for answer in pool.map(self._ask, [number] * times, ways) for each in answer]
        self.moves -= 1
        self.seen_at = time.monotonic()
        with self.asked.open("a") as file:
            file.writelines(f"{each}\n" for each in made)

    def _target(self, number: Number) -> Account:
        if number.account_id != self.primary.pk:
            return self.primary
        return self.chance.choice(self.subaccounts)

    def _ask(self, number: Number, to: Account) -> list[str]:
        try:
            asked = moving.ask(self.actor, [number], to, token=uuid.uuid4().hex)
        finally:
            connections.close_all()  # this thread's own
        return [each.reference for each in asked.operations]


def moves_of(msisdn: str) -> QuerySet[Operation]:
    """Return the moves of a number that were asked for."""
    return Operation.objects.filter(kind="transfer_number", wanted__msisdn=msisdn)


def movers(world: World, plan: Changes, seed: str, folder: Path) -> Callable[[], None]:
    """Return the work of those who ask for moves, some of them several at once."""
    primary = Account.objects.get(workspace=world.actor.workspace, is_primary=True)
    everybody = [
        Mover(
            actor=world.actor,
            primary=primary,
            subaccounts=between(world),
            msisdn=msisdn_of(place),
            moves=plan.rounds,
            chance=random.Random(f"{seed}-{place}"),  # noqa: S311 - it shall be foreseeable
            asked=folder / "asked",
        )
        for place in range(plan.things)
    ]

    def work() -> None:
        busy = everybody
        with ThreadPoolExecutor(TOGETHER) as pool:
            while busy:
                busy = [each for each in busy if each.go_on(pool)]
                time.sleep(IDLE)

    return work
