"""Two processes with a client each move money at once: no cent and no transfer gets lost."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EACH = 100
Move = tuple[str, str, str, str]


class Payer:
    """One of the processes. The secret goes in by its standard input."""

    def __init__(self, remote: Any, moves: list[Move]) -> None:
        told = {
            "url": remote.url,
            "api_key": remote.cast.primary,
            "api_secret": remote.secret.reveal(),
            "transfers": moves,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.paying"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._tell(json.dumps(told))

    def wait_until_ready(self) -> None:
        assert self.process.stdout.readline() == "ready\n", self.process.stderr.read()

    def go(self) -> None:
        self._tell("go")

    def result(self) -> tuple[list[str], str]:
        """Return its lines, and what it logged."""
        said, logged = self.process.communicate(timeout=60)
        return said.splitlines(), logged

    def _tell(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


def moves(remote: Any, name: str) -> list[Move]:
    """Return transfers of changing amounts: two to a subaccount, then one back."""
    cast = remote.cast
    ways = cycle(
        [
            (cast.primary, cast.own),
            (cast.primary, cast.postpaid),
            (cast.own, cast.primary),
            (cast.postpaid, cast.primary),
            (cast.primary, cast.other),
        ]
    )
    return [
        (source, target, str(Decimal(number + 1).scaleb(-4)), f"{name}-{number}")
        for number, (source, target) in enumerate(islice(ways, EACH))
    ]


@pytest.fixture
def payers(remote: Any) -> Iterator[list[Payer]]:
    started = [Payer(remote, moves(remote, name)) for name in ("A", "B")]
    yield started
    for payer in started:
        payer.process.kill()
        payer.process.communicate()


def test_two_processes_lose_nothing(remote: Any, client: Any, payers: list[Payer]) -> None:
    asked = [*moves(remote, "A"), *moves(remote, "B")]
    before = client.subaccounts.list()
    remote.faults.latency_ms = 2  # long enough for the two to meet
    for step in (Payer.wait_until_ready, Payer.go):
        for payer in payers:
            step(payer)
    lines, logged = zip(*(payer.result() for payer in payers), strict=True)
    said = [line for one in lines for line in one]
    remote.heard.texts += [*said, *logged]
    assert all("DEBUG:vonage_api:vonage call" in log for log in logged)
    check_at_once(remote)
    check_all_done(remote, client, asked, said)
    after = client.subaccounts.list()
    assert (after.total_balance, after.total_credit_limit) == (
        before.total_balance,
        before.total_credit_limit,
    )
    check_balances(before, after, asked)


def check_all_done(remote: Any, client: Any, asked: list[Move], said: list[str]) -> None:
    """Every reference exactly once: at the simulator, in the list, and in what was said."""
    references = Counter(reference for *_, reference in asked)
    assert set(references.values()) == {1}
    assert Counter(transfer.reference for transfer in remote.transfers) == references
    listed = client.balance_transfers.list(start=remote.state.now())
    assert Counter(transfer.reference for transfer in listed) == references
    assert Counter(line.split()[0] for line in said) == references
    ids = {transfer.reference: transfer.id for transfer in remote.transfers}
    for line in said:
        reference, ended = line.split(maxsplit=1)
        assert ended.startswith(f"Ok(value=Transfer(id='{ids[reference]}'"), line
    posts = [path for method, path in remote.requests if method == "POST"]
    assert len(posts) == len(asked)


def check_balances(before: Any, after: Any, asked: list[Move]) -> None:
    """Each account has what the transfers gave and took, to the last decimal."""
    flows: Counter[str] = Counter()
    for source, target, amount, _ in asked:
        flows[source] -= Decimal(amount)
        flows[target] += Decimal(amount)
    then = {one.api_key: one.balance for one in (before.primary, *before.subaccounts)}
    now = {one.api_key: one.balance for one in (after.primary, *after.subaccounts)}
    changed = {key: now[key] - then[key] for key in now if now[key] != then[key]}
    assert changed == {key: amount for key, amount in flows.items() if amount}


def check_at_once(remote: Any) -> None:
    """Neither process was through before the other began: that would prove nothing."""
    order = [transfer.reference[0] for transfer in remote.transfers]
    assert sum(one != other for one, other in pairwise(order)) > 1
