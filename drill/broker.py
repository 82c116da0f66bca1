"""What befalls Redis in a campaign, and the product's own processes that are woken by it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.test import Client
from django.urls import reverse

from drill.world import PASSWORD, World
from operations.models import Operation

HUNG, GONE, PAUSE = 20.0, 10.0, 5.0
"""Seconds for which Redis hangs, and is away; and in which all is well in between."""
GLANCES = ("", "accounts/", "transfers/", "needs-you/")
"""Pages that a person looks at between two transfers."""
STILL = 0.3
"""Seconds for which a person looks at one."""


class Storm:
    """Redis hangs, dies and comes back empty, and forgets; one after the other."""

    def __init__(self) -> None:
        self.befallen: list[str] = []
        self.is_over = False
        self._steps = self._course()
        self._until = 0.0
        self._server: subprocess.Popen[bytes] | None = None

    def turn(self) -> None:
        """Go on where the time for it has come."""
        if self.is_over or time.monotonic() < self._until:
            return
        pause = next(self._steps, None)
        self.is_over = pause is None
        self._until = time.monotonic() + (pause or 0)

    def end(self) -> None:
        """Stop the Redis that was started here."""
        if self._server:
            self._server.kill()
            self._server.wait()

    def _course(self) -> Iterator[float]:
        """Do step after step, and yield the seconds until the next."""
        with _connected() as there:
            pid = there.info("server")["process_id"]
        yield PAUSE
        os.kill(pid, signal.SIGSTOP)
        yield HUNG
        os.kill(pid, signal.SIGCONT)
        self.befallen.append("hung")
        yield PAUSE
        os.kill(pid, signal.SIGKILL)
        yield GONE
        command = ("redis-server", os.environ["DRILL_REDIS"])
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.befallen.append("gone")
        yield PAUSE
        with _connected() as there:
            there.flushall()
        self.befallen.append("flushed")
        yield PAUSE


def _connected() -> redis.Redis:
    return redis.Redis.from_url(settings.ENV.redis_url, socket_timeout=5)


class Program:
    """One of the product's own processes; it has a child's ways."""

    has_failed = False
    """Ending while Redis is away is no fault: whoever runs it starts it again."""

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        command = (sys.executable, "-m", "celery", "--quiet", "--app", "dashboard")
        self._process = subprocess.Popen((*command, *_arguments(name, home)))

    def has_ended(self) -> bool:
        """Return whether the process is over."""
        return self._process.poll() is not None

    def send(self, what: signal.Signals) -> None:
        """Send a signal, unless it is over."""
        self._process.send_signal(what)

    def end(self) -> None:
        """Kill it and wait."""
        self._process.kill()
        self._process.wait()


def _arguments(name: str, home: Path) -> tuple[str, ...]:
    """Return how the production runs these."""
    if name == "beat":
        return ("beat", "--schedule", str(home / "schedule"))
    return ("worker", "--queues", "money,celery", "--concurrency", "2")


def visitor(world: World, count: int, written: Path, waited: Path) -> Callable[[], None]:
    """Return the work of a person who moves money by the pages, and looks around in between.

    written: as for a submitter. waited: gets a line for each page, with its seconds.
    """

    def work() -> None:
        browser = Visitor(world, waited)
        for number in range(count):
            account = world.subaccounts[number % len(world.subaccounts)]
            reference = browser.move(account.api_key, Decimal(number + 1) / 100)
            with written.open("a") as file:
                file.write(f"{Operation.objects.get(reference=reference).form_token}\n")
            browser.look(GLANCES[number % len(GLANCES)])
            time.sleep(STILL)

    return work


class Visitor:
    """A browser of somebody who is signed in, with a watch."""

    def __init__(self, world: World, waited: Path) -> None:
        self._client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
        self._here = f"/w/{world.actor.workspace.slug}/"
        self._waited = waited
        given = {"login": world.actor.user.username, "password": PASSWORD}
        self._timed(self._client.post, reverse("account_login"), given, status=302)

    def look(self, page: str) -> None:
        """Look at a page of the workspace."""
        self._timed(self._client.get, self._here + page, status=200)

    def move(self, api_key: str, amount: Decimal) -> str:
        """Move an amount of balance to a subaccount; return the reference of the operation."""
        form = self._here + "transfers/new/"
        page = self._timed(self._client.get, form, status=200).content.decode()
        token = re.search(r'name="token" value="([^"]+)"', page)
        typed = {
            "kind": "balance_transfer",
            "account": api_key,
            "way": "to",
            "amount": f"{amount:.2f}",
            "token": token[1] if token else "",
        }
        drafted = self._timed(self._client.post, form, typed, status=303)
        asked = self._timed(self._client.post, drafted["Location"], status=303)
        return str(asked["Location"]).rstrip("/").rpartition("/")[2]

    def _timed(self, ask: Callable[..., Any], *given: object, status: int) -> Any:
        began = time.monotonic()
        answer = ask(*given)
        with self._waited.open("a") as file:
            file.write(f"{time.monotonic() - began:.3f}\n")
        if answer.status_code != status:
            raise RuntimeError(f"{given[0]} was answered with {answer.status_code}")
        return answer
