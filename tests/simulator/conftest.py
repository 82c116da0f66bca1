from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from simulator import api_secrets, server
from simulator.money import Funds
from simulator.state import Account, State

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


@pytest.fixture
def get(running: server.Running, primary: Key) -> Callable[..., requests.Response]:
    """GET a path of the running simulator; as the primary account unless told otherwise."""

    def call(path: str, **options: Any) -> requests.Response:
        options.setdefault("auth", primary.basic)
        return requests.get(running.url + path, timeout=10, **options)

    return call
