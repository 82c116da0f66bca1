import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator import api_secrets, server
from simulator.admin import Admin
from simulator.money import Funds
from simulator.records import Account
from simulator.state import State

ROOT = Path(__file__).parents[2]
FOUNDED = datetime(2022, 3, 28, 14, 16, 56, 626_000, tzinfo=UTC)


@dataclass(frozen=True)
class Key:
    """Credentials of one account of the cast."""

    api_key: str
    secret: str

    @property
    def basic(self) -> tuple[str, str]:
        return self.api_key, self.secret


def euros(text: str) -> Decimal:
    return Decimal(text)


@pytest.fixture
def primary() -> Key:
    return Key("aa000001", "PrimarySecr3t")


@pytest.fixture
def own() -> Key:
    return Key("bb000001", "OwnBalanceSecr3t")


@pytest.fixture
def shared() -> Key:
    return Key("bb000002", "SharedSecr3t")


@pytest.fixture
def suspended() -> Key:
    return Key("bb000003", "SuspendedSecr3t")


@pytest.fixture
def family(primary: Key, own: Key, shared: Key, suspended: Key) -> State:
    """A postpaid primary account and one subaccount of each kind."""

    def account(key: Key, name: str, funds: Funds | None, **more: Any) -> Account:
        secret = api_secrets.conceal(api_key=key.api_key, text=key.secret, created_at=FOUNDED)
        return Account(key.api_key, name, funds, FOUNDED, (secret,), **more)

    return State(
        primary=account(primary, "Reseller", Funds(euros("27.4572"), euros("-100"))),
        subaccounts=(
            account(own, 'Tom\'s "Käse" & Co', Funds(euros("-1.71"), euros("-20"))),
            account(shared, "Shared", None),
            account(suspended, "Stopped", Funds(euros("0.5")), suspended=True),
        ),
        clock=lambda: datetime(2024, 8, 28, 14, 11, 32, 239_000, tzinfo=UTC),
    )


@pytest.fixture
def start() -> Iterator[Callable[..., server.Running]]:
    """Start a server for a state; it stops with the test."""
    with ExitStack() as stack:
        yield lambda state, **options: stack.enter_context(server.serve(state, **options))


@pytest.fixture
def running(start: Callable[..., server.Running], family: State) -> server.Running:
    return start(family)


class Stage:
    """A simulator and its administration on sockets, and what signs in there."""

    def __init__(self, running: server.Running, admin_url: str, cast: dict[str, Key]) -> None:
        self.url = running.url
        self.state = running.state
        self.faults = running.faults
        self.admin_url = admin_url
        self.cast = cast

    def call(self, method: str, path: str, *, by: str = "primary", **options: Any) -> Any:
        """Send a request as one of the cast, or as nobody."""
        auth = self.cast[by].basic if by else None
        return requests.request(method, self.url + path, auth=auth, timeout=20, **options)

    def admin(self, path: str, /, **values: Any) -> Any:
        """Send JSON to the administration; without values, ask it."""
        if not values:
            return requests.get(self.admin_url + path, timeout=20).json()
        answer = requests.post(self.admin_url + path, json=values, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def keep_only(self, keys: set[str]) -> Any:
        """Remove the other subaccounts: no endpoint can do this."""
        for account in self.state.snapshot().subaccounts:
            if account.api_key not in keys:
                self.state.remove(account.api_key)
        return requests.get(self.url + "/healthz", timeout=20)


@pytest.fixture
def cast(primary: Key, own: Key, shared: Key, suspended: Key) -> dict[str, Key]:
    return {"primary": primary, "own": own, "shared": shared, "suspended": suspended}


@pytest.fixture
def stage(running: server.Running, cast: dict[str, Key]) -> Iterator[Stage]:
    admin = server.Server(("127.0.0.1", 0), Admin(running.state, running.faults))
    with server.answering(admin):
        yield Stage(running, f"http://127.0.0.1:{admin.server_port}", cast)


@pytest.fixture
def get(running: server.Running, primary: Key) -> Callable[..., requests.Response]:
    """GET a path of the running simulator; as the primary account unless told otherwise."""

    def call(path: str, **options: Any) -> requests.Response:
        options.setdefault("auth", primary.basic)
        return requests.get(running.url + path, timeout=10, **options)

    return call


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "simulator", *arguments]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "SIMULATOR" not in name}
    return kept | more


@pytest.fixture
def launch() -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start the simulator and return the process and its address, once it has said so."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *arguments: str, expect_address: bool = True, **more: str
    ) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            command("--port", "0", *arguments),
            cwd=ROOT,
            env=environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        found = re.search(r"https?://\S+", process.stdout.readline())
        assert found or not expect_address, "it did not say where it answers"
        return process, found.group() if found else ""

    yield start
    for process in started:
        process.kill()
        process.communicate()
