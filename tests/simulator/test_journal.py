"""The journal: what was done is still so after a restart, whatever ended the process."""

import json
import os
import random
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator import customer, phone_numbers, reports, secret_slots, spend
from simulator.journal import Journal, JournalError
from simulator.money import Funds
from simulator.state import State

KEY, SECRET = "abcd1234", "PrimarySecr3t"
WHO = {"seed": "1"}
ARGUMENTS = ("--api-key", KEY, "--api-secret", SECRET)
LIST = f"/accounts/{KEY}/subaccounts"


def built() -> State:
    return customer.build(subaccounts=24, seed="1", api_key=KEY, api_secret=SECRET)


def live(state: State) -> None:
    """Do a little of everything."""
    first, shared, *_, last = (account.api_key for account in state.snapshot().subaccounts)
    state.transfer_balance(source=KEY, target=first, amount=Decimal("3.5"), reference="R1 ü")
    state.transfer_credit(source=KEY, target=first, amount=Decimal(2))
    state.give_own_balance(shared)
    state.charge(first, Decimal("0.0001"))
    state.pay(KEY, Decimal(7))
    state.rename(first, 'Ne"w\n')
    state.suspend(first)
    state.remove(last)
    made = state.create_subaccount(name="New", secret="Fresh3cret")
    state.set_funds(made.api_key, Funds(Decimal(1)))
    secret_slots.add(state, first, "S3condSecret")
    phone_numbers.buy(state, msisdn="447007000001", country="GB", buyer=KEY)
    reports.create(state, api_key=KEY, parameters={"product": "SMS", "account_id": KEY})
    state.switch(clock_offset=77, max_subaccounts=30, dead_webhooks=("a", "b"))
    spend.step(state, 60, random.Random(1), rate=Decimal(60))  # noqa: S311 - foreseeable


def everything(state: State) -> Any:
    tables = {name: dict(table.rows) for name, table in state.store.tables.items()}
    return tables, state.version, state.ledger.totals(), state.ledger.violations()


def reopened(path: Path) -> State:
    state = built()
    Journal.open(path, state, customer=WHO).close()
    return state


@pytest.fixture
def kept(tmp_path: Path) -> tuple[State, Path]:
    path, state = tmp_path / "journal", built()
    journal = Journal.open(path, state, customer=WHO)
    live(state)
    journal.close()
    return state, path


def test_all_of_it_is_there_again(kept: tuple[State, Path]) -> None:
    state, path = kept
    again = reopened(path)
    assert everything(again) == everything(state)
    assert again.ledger.entries() == state.ledger.entries()
    assert everything(state)[3] == []
    assert again.now() > state.clock()
    assert path.stat().st_mode & 0o077 == 0


def test_the_text_of_a_secret_is_not_in_the_file(kept: tuple[State, Path]) -> None:
    text = kept[1].read_text()
    assert "Fresh3cret" not in text
    assert SECRET not in text


def test_a_torn_line_never_happened(kept: tuple[State, Path]) -> None:
    _, path = kept
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:-5])
    assert reopened(path).version == len(lines) - 2
    assert path.read_bytes() == b"".join(lines[:-1])
    path.write_bytes(lines[0][:-3])
    assert reopened(path).version == 0


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"n": 1}', b"\xff", b'{"n":1,"puts":7}'])
def test_a_damaged_file_is_not_continued(kept: tuple[State, Path], broken: bytes) -> None:
    _, path = kept
    lines = path.read_bytes().splitlines()
    lines[2] = broken
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(JournalError, match="line 3"):
        reopened(path)


def test_another_customers_file_is_not_taken(kept: tuple[State, Path]) -> None:
    with pytest.raises(JournalError, match="another customer"):
        Journal.open(kept[1], built(), customer={"seed": "2"})


def test_a_long_journal_is_folded(
    kept: tuple[State, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it is opened, and while it is written; and it can be opened again after that."""
    state, path = kept
    monkeypatch.setattr("simulator.journal.LONGEST", 5)
    again = built()
    journal = Journal.open(path, again, customer=WHO)
    _, folded = path.read_text().splitlines()
    accounts = [key for table, key, _ in json.loads(folded)["puts"] if table == "accounts"]
    assert 3 < len(accounts) < 24  # those that nothing happened to come from the seed
    assert everything(again) == everything(state)
    for number in range(20):
        again.pay(KEY, Decimal(number + 1))
    assert len(path.read_bytes().splitlines()) <= 8
    journal.close()
    assert everything(reopened(path)) == everything(again)


def test_a_full_disk_lets_nothing_happen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, state = tmp_path / "journal", built()
    journal = Journal.open(path, state, customer=WHO)
    state.pay(KEY, Decimal(1))
    before = everything(state)
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:10]))
    with pytest.raises(OSError, match="in full"):
        state.pay(KEY, Decimal(1))
    monkeypatch.undo()
    assert everything(state) == before
    state.pay(KEY, Decimal(2))
    journal.close()
    assert everything(reopened(path)) == everything(state)


@pytest.mark.parametrize(("sync", "times"), [("always", 5), ("second", 1), ("never", 0)])
def test_how_often_it_is_forced_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sync: Any, times: int
) -> None:
    state = built()
    journal = Journal.open(tmp_path / "journal", state, customer=WHO, sync=sync)
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", forced.append)
    for _ in range(5):
        state.pay(KEY, Decimal(1))
    assert len(forced) == times
    journal.close()


def transfer(url: str, target: str, reference: str) -> bool:
    body = {"from": KEY, "to": target, "amount": 0.01, "reference": reference}
    path = f"{url}/accounts/{KEY}/balance-transfers"
    try:
        return requests.post(path, json=body, auth=(KEY, SECRET), timeout=10).ok
    except requests.RequestException:
        return False


def test_kill_9_in_the_middle_and_a_restart(launch: Callable[..., Any], tmp_path: Path) -> None:
    """What was answered is kept; what was not answered happened as a whole or not at all."""
    journal = ("--journal", str(tmp_path / "journal"), *ARGUMENTS, "--spend", "600")
    process, url = launch(*journal)
    answered: list[str] = []
    target = built().snapshot().subaccounts[0].api_key

    def client(name: str) -> None:
        for number in range(10_000):
            if not transfer(url, target, f"{name}-{number}"):
                return
            answered.append(f"{name}-{number}")

    threads = [threading.Thread(target=client, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    while len(answered) < 60:
        assert any(thread.is_alive() for thread in threads)
    process.kill()
    for thread in threads:
        thread.join()
    _, url = launch(*journal, "--admin-port", "0")
    query = {"start_date": "2020-01-01T00:00:00Z", "subaccount": target}
    path = f"{url}/accounts/{KEY}/balance-transfers"
    listed = requests.get(path, params=query, auth=(KEY, SECRET), timeout=10).json()
    references = [row["reference"] for row in listed["_embedded"]["balance_transfers"]]
    ours = [reference for reference in references if reference]
    assert set(answered) <= set(ours)
    assert len(ours) == len(set(ours)) <= len(answered) + 3
    assert transfer(url, target, "after")


def test_a_foreign_journal_ends_the_start(launch: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text(json.dumps({"simulator": 1, "customer": {}}) + "\n")
    process, url = launch("--journal", str(path), *ARGUMENTS, expect_address=False)
    assert process.wait(timeout=20) == 1
    assert url == ""
    assert "another customer" in process.stderr.read()
