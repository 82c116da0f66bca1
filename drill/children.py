"""The processes of a campaign, forked from one that is warm: senders, settlers, submitters."""

import os
import random
import signal
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from drill import storms
from drill.crashes import SENDING, SETTLING, Crashes
from drill.world import World
from operations.errors import AlreadyAskedError, LimitReachedError
from operations.models import Operation
from operations.services import asking, sending, settling, sweeping
from operations.services.sending import beginning
from operations.states import State
from subaccounts.services import books
from teams.policy import Actor

IDLE = 0.05
LONGEST_QUEUE = 8
REPEATS = 3
SHARE_REPEATED = 0.3
SHARE_LIMITED = 0.2
# As much comes back as goes, and little at a time: nobody's funds shall end.
SHARE_BACK = 0.5
MOST_CENTS = 20


class Child:
    """A forked process that works until it is killed, crashes, or is done."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.has_failed = False
        connections.close_all()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _live(work)

    def has_ended(self) -> bool:
        """Return whether the process is over, however it ended.

        `has_failed` says then whether it broke, and was not killed.
        """
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            return True
        self.has_failed = pid != 0 and os.waitstatus_to_exitcode(status) > 0
        return pid != 0

    def send(self, what: signal.Signals) -> None:
        """Send a signal, unless it is over."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, what)

    def end(self) -> None:
        """Kill it and wait."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def _live(work: Callable[[], None]) -> None:
    """Work in the child; it never returns into the parent's code."""
    code = 0
    try:
        connections.close_all()
        beginning.begin()
        work()
    except BaseException:  # noqa: BLE001 - the end of this process
        traceback.print_exc()
        code = 1
    finally:
        os._exit(code)


def sender(told: Path, seed: str, *, crashes: int) -> Callable[[], None]:
    """Return the work of a sender: what the product's task does, over and over.

    crashes: it dies behind so many passes of a point at most; 0: it lives.
    """

    def work() -> None:
        if crashes:
            Crashes(told, SENDING, random.Random(seed), crashes)  # noqa: S311 - it shall be foreseeable
        while True:
            if not sending.send_ready():
                time.sleep(IDLE)

    return work


def settler(told: Path, seed: str, *, crashes: int) -> Callable[[], None]:
    """Return the work of what settles, sweeps and audits."""

    def work() -> None:
        if crashes:
            Crashes(told, SETTLING, random.Random(seed), crashes)  # noqa: S311 - as above
        while True:
            sweeping.sweep(timezone.now())
            settling.settle_due(timezone.now())
            books.audit_due(timezone.now())
            _let_time_pass()
            time.sleep(IDLE)

    return work


def through_outages(work: Callable[[], None]) -> Callable[[], None]:
    """Return the same work, begun again whenever the database is gone, as Celery does."""
    return lambda: storms.through_outages(work)


def _let_time_pass() -> None:
    """Cut short what Vonage asked to wait for: an hour would be longer than the drill."""
    soon = timezone.now() + timedelta(seconds=2)
    waiting = Operation.objects.filter(state=State.READY, not_before__gt=soon)
    waiting.update(not_before=soon)


def submitter(
    world: World, seed: str, count: int, written: Path, refused: Path
) -> Callable[[], None]:
    """Return the work of those who ask for so many transfers, and for some of them three times.

    written: gets a line for each form whose confirmation was answered: it must be found later.
    refused: gets one for each that went beyond a limit. Whoever got no answer, because the
    database was gone, sends the same form again.
    """
    chance = random.Random(seed)  # noqa: S311 - as above
    forms = [_form(world, chance) for _ in range(count)]

    def work() -> None:
        with ThreadPoolExecutor(REPEATS) as pool:
            while forms:
                _wait_for_the_queue()
                actor, form, times = forms[-1]
                asked = pool.map(lambda _, by=actor, form=form: _ask(by, form), range(times))
                with (written if any(list(asked)) else refused).open("a") as file:
                    file.write(f"{form['form_token']}\n")
                forms.pop()

    return work


def _wait_for_the_queue() -> None:
    """Ask for no more than is sent: what waits longer than `visible` looks at Vonage first."""
    while Operation.objects.filter(state=State.READY).count() > LONGEST_QUEUE:
        time.sleep(IDLE)


def _form(world: World, chance: random.Random) -> tuple[Actor, dict[str, Any], int]:
    """Return who fills a form in, what is typed, and how often it is sent."""
    account = chance.choice(world.subaccounts)
    sides = [world.primary, account.api_key]
    if chance.random() < SHARE_BACK:
        sides.reverse()
    form = {
        "kind": chance.choice(["balance_transfer"] * 3 + ["credit_transfer"]),
        "account": account,
        "from_key": sides[0],
        "to_key": sides[1],
        "amount": Decimal(chance.randint(1, MOST_CENTS)) / 100,
        "form_token": uuid.UUID(int=chance.getrandbits(128)).hex,
    }
    actor = world.limited if chance.random() < SHARE_LIMITED else world.actor
    return actor, form, REPEATS if chance.random() < SHARE_REPEATED else 1


def _ask(actor: Actor, form: dict[str, Any]) -> bool:
    """Fill the form in and confirm it, as a page does; return whether it was within the limits."""
    try:
        drafted = asking.draft(actor, **form)
        asking.confirm(actor, drafted, even_if_repeated=True)
    except AlreadyAskedError:
        return True
    except LimitReachedError:
        return False
    except (OperationalError, InterfaceError):
        connections.close_all()  # this thread's own
        raise
    return True
