"""The client and the simulator at the two ends of a socket; nothing between them is played."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from simulator import customer
from simulator.faults import Faults, Rule
from simulator.ledger import Violation
from simulator.money import Funds
from simulator.server import serve
from simulator.state import State
from tests.wire.overheard import Overheard
from vonage_api import Credentials, Hosts, Retries, Secret, Timeouts, VonageClient
from vonage_api.budget import Family, MemoryBudget

NOW = datetime(2026, 11, 23, 12, 0, 0, 500_000, tzinfo=UTC)
SEED = "1"
PRIMARY = "ab000067"  # one of those with many records of usage


class Watched(Faults):
    """The simulator's faults, and each request that arrived, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[str, str]] = []

    def strike(self, method: str, path: str, *, request_id: str) -> Any:
        self.requests.append((method, path))
        return super().strike(method, path, request_id=request_id)


@dataclass(frozen=True)
class Cast:
    """The keys of one account of each kind."""

    primary: str
    own: str  # prepaid, with its own balance
    shared: str
    postpaid: str
    other: str  # one more with its own balance
    suspended: str


@dataclass(repr=False)
class Remote:
    """A simulator that answers at `url`, its truth, and how to speak to it."""

    url: str
    state: State
    faults: Watched
    heard: Overheard
    stack: ExitStack
    secret: Secret
    violated: list[str] = field(default_factory=list)  # promises that the test lets be broken

    @property
    def cast(self) -> Cast:
        family = self.state.snapshot().subaccounts
        return Cast(self.state.primary_key, *(family[n].api_key for n in (0, 1, 2, 3, 10)))

    @property
    def requests(self) -> list[tuple[str, str]]:
        return self.faults.requests

    @property
    def transfers(self) -> list[Any]:
        """What truly moved, oldest first."""
        return self.state.store.all(self.state.store.transfers)

    def client(
        self, api_key: str = PRIMARY, secret: Secret | None = None, **options: Any
    ) -> VonageClient:
        """Return a client of an account, with its usual secret unless another is given."""
        usual = Secret(customer.secret_of(seed=SEED, api_key=api_key))
        used = secret or (self.secret if api_key == PRIMARY else usual)
        self.heard.keep(used, api_key=api_key)
        given: dict[str, Any] = {
            "hosts": Hosts(api=self.url, rest=self.url),
            "timeouts": Timeouts(connect=2, read=10, total=20),
            "retries": Retries(attempts=1),
            "budget": unhurried(),
        }
        credentials = Credentials(api_key=api_key, api_secret=used.reveal())
        self.heard.texts.append(repr(credentials))
        client = VonageClient(credentials=credentials, **(given | options))
        self.stack.callback(client.close)
        return self.heard.listen(client)

    def strike(self, fault: str, method: str = "", path: str = "") -> None:
        """Let the next request of this kind be struck by a fault."""
        self.faults.add(Rule(fault, method, path))

    def funds(self, api_key: str) -> Funds | None:
        return self.state.account(api_key).funds

    def violations(self) -> list[Violation]:
        return self.state.ledger.violations()


def unhurried() -> MemoryBudget:
    """Return a budget that tests do not have to wait for."""
    return MemoryBudget(per_second=dict.fromkeys(Family, 100_000))


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[Overheard]:
    """Listen to the whole test; no secret may have been shown when it ends."""
    caplog.set_level(logging.DEBUG)
    ears = Overheard()
    yield ears
    ears.note_records([*caplog.get_records("setup"), *caplog.get_records("call")])
    assert ears.leaks() == []


@pytest.fixture
def start(heard: Overheard) -> Iterator[Callable[..., Remote]]:
    """Start a simulator with its customer. Its books must be in order when the test ends."""
    with ExitStack() as stack:
        started: list[Remote] = []

        def begin(**options: Any) -> Remote:
            secret = heard.keep(Secret('Canary4"Primary +ü/%'), api_key=PRIMARY)
            state = customer.build(
                subaccounts=24, seed=SEED, api_key=PRIMARY, api_secret=secret.reveal()
            )
            state.clock = lambda: NOW
            running = stack.enter_context(serve(state, faults=Watched(), **options))
            watched: Any = running.faults
            started.append(Remote(running.url, state, watched, heard, stack, secret))
            return started[-1]

        yield begin
        for remote in started:
            assert [found.invariant for found in remote.violations()] == remote.violated


@pytest.fixture
def remote(start: Callable[..., Remote]) -> Remote:
    return start()


@pytest.fixture
def cast(remote: Remote) -> Cast:
    return remote.cast


@pytest.fixture
def client(remote: Remote) -> VonageClient:
    """A client of the primary account."""
    return remote.client()


@pytest.fixture
def unchanged(remote: Remote) -> Iterator[None]:
    """What the test does must not change anything at the simulator."""
    before = remote.state.version
    yield
    assert remote.state.version == before


@pytest.fixture
def pay(client: VonageClient, cast: Cast) -> Callable[..., Any]:
    """Give balance to the subaccount with its own, as the primary account."""

    def run(amount: str = "0.5", reference: str = "R-1", **more: Any) -> Any:
        return more.pop("by", client).balance_transfers.make(
            from_key=cast.primary,
            to_key=cast.own,
            amount=Decimal(amount),
            reference=reference,
            **more,
        )

    return run
