"""Each fault of the simulator, on a transfer: what the client makes of it, and the truth."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from simulator.fault_kinds import FAULTS
from vonage_api import Hosts, NotSent, Ok, Timeouts, TurnedAway, Unknown, errors

QUICK = Timeouts(connect=2, read=0.25, total=0.4)
PATIENT = Timeouts(connect=2, read=10, total=20)
DONE, NOTHING = 1, 0

# How the client calls it, and how many transfers are made. A row of its own for each kind.
OUTCOMES: dict[str, tuple[str, int]] = {
    "drop-before": ("Unknown broken_off", NOTHING),
    "drop-after": ("Unknown broken_off", DONE),
    "reset-before": ("Unknown broken_off", NOTHING),
    "reset-after": ("Unknown broken_off", DONE),
    "hang-before": ("Unknown timed_out", NOTHING),
    "hang-after": ("Unknown timed_out", DONE),
    "late": ("Unknown timed_out", DONE),
    **{f"{code}-before": ("Unknown server_failed", NOTHING) for code in (500, 502, 503, 504)},
    **{f"{code}-after": ("Unknown server_failed", DONE) for code in (500, 502, 503, 504)},
    "twice": ("Ok", 2),
    "html-before": ("Unknown not_understood", NOTHING),
    "html-after": ("Unknown not_understood", DONE),
    "garbage": ("Unknown not_understood", DONE),
    "cut": ("Unknown broken_off", DONE),
    "length-short": ("Unknown not_understood", DONE),
    "length-long": ("Unknown broken_off", DONE),
    "bomb": ("Unknown malformed", DONE),
    "10-mb": ("Unknown too_large", DONE),
    "drip": ("Unknown timed_out", DONE),
    "slow": ("Ok", DONE),
    "http-1.0": ("Ok", DONE),
    "continue": ("Ok", DONE),
    "continue-only": ("Unknown broken_off", DONE),
    **{f"{code}-self": ("Unknown redirected", DONE) for code in (301, 307, 308)},
    **{f"{code}-elsewhere": ("Unknown redirected", NOTHING) for code in (301, 307, 308)},
    "other-amount": ("Unknown mismatch", DONE),
    "other-reference": ("Unknown mismatch", DONE),
    "null-id": ("Unknown not_understood", DONE),
    "duplicate-keys": ("Unknown not_understood", DONE),
    "nan": ("Unknown not_understood", DONE),
    "1e400": ("Unknown not_understood", DONE),
    "429": ("TurnedAway 15", NOTHING),
    "429-bare": ("TurnedAway None", NOTHING),
    "429-past": ("TurnedAway 0", NOTHING),
    "429-date": ("TurnedAway 15", NOTHING),
    "429-ages": ("TurnedAway 3600", NOTHING),
    "refused": ("TurnedAway None", NOTHING),
    # Made for lists; on a write they change nothing.
    **{
        f"list-{what}": ("Ok", DONE)
        for what in ("empty", "missing-key", "other-key", "cut", "duplicated", "stale")
    },
    "list-500": ("Unknown server_failed", NOTHING),
    "list-hang": ("Unknown timed_out", NOTHING),
}
SILENT = {name for name, (outcome, _) in OUTCOMES.items() if outcome == "Unknown timed_out"}


def described(outcome: Any) -> str:
    """Say how a write ended; what to wait is rounded to 5 seconds, as a date has no fractions."""
    name = type(outcome).__name__
    if isinstance(outcome, TurnedAway):
        wait = outcome.retry_after
        return f"{name} {wait if wait is None else round(wait / 5) * 5}"
    return " ".join([name, *filter(None, [getattr(outcome, "reason", "")])])


@pytest.fixture
def struck(remote: Any, pay: Callable[..., Any]) -> Callable[[str], Any]:
    """Make one transfer that is struck by a fault, and return how it ended for the client."""
    remote.faults.hang_s, remote.faults.drip_s = 30, 0.1
    remote.faults.slow_s, remote.faults.late_s = 0.1, 0.6

    def run(fault: str) -> Any:
        remote.strike(fault, "POST", "/balance-transfers")
        by = remote.client(timeouts=QUICK if fault in SILENT else PATIENT)
        return pay("0.5", "R-1", by=by)

    return run


def wait_for(remote: Any, number: int) -> None:
    """Wait until so many transfers have been made, as one may come late."""
    until = time.monotonic() + 5
    while len(remote.transfers) < number and time.monotonic() < until:
        time.sleep(0.02)


@pytest.mark.parametrize("fault", OUTCOMES)
def test_a_write_that_is_struck(remote: Any, cast: Any, struck: Any, fault: str) -> None:
    expected, executed = OUTCOMES[fault]
    before = remote.funds(cast.own).balance
    remote.violated += ["I1"] if executed > 1 else []
    outcome = struck(fault)
    assert described(outcome) == expected
    wait_for(remote, executed)
    assert remote.faults.struck == {fault: 1}
    assert remote.requests == [("POST", f"/accounts/{cast.primary}/balance-transfers")]
    assert [transfer.reference for transfer in remote.transfers] == ["R-1"] * executed
    assert remote.funds(cast.own).balance == before + executed * Decimal("0.5")
    if isinstance(outcome, Ok):
        assert outcome.value.id == remote.transfers[0].id
    else:
        with pytest.raises(errors.VonageError):
            outcome.get()


def test_every_kind_has_its_row() -> None:
    # No connection stands where the handshake fails: that one is in the tests of TLS.
    assert OUTCOMES.keys() == FAULTS.keys() - {"tls-failure"}


def test_only_ok_and_unknown_may_have_happened() -> None:
    """The promise that the books rest on, read from the table that the tests above keep."""
    executed = {outcome.split()[0] for outcome, count in OUTCOMES.values() if count}
    assert executed == {Ok.__name__, Unknown.__name__}
    kinds = {outcome.split()[0] for outcome, _ in OUTCOMES.values()}
    assert kinds == {Ok.__name__, Unknown.__name__, TurnedAway.__name__}


def test_the_next_one_is_well(remote: Any, struck: Any, pay: Any) -> None:
    struck("drop-after")
    assert isinstance(pay("0.5", "R-2"), Ok)
    assert [transfer.reference for transfer in remote.transfers] == ["R-1", "R-2"]


def test_after_429_nothing_leaves_for_a_while(remote: Any, cast: Any, pay: Any) -> None:
    client = remote.client(patience=0.2)
    remote.strike("429", "POST")
    assert isinstance(pay(by=client), TurnedAway)
    outcome = pay(by=client)
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "over_budget"
    assert len(remote.requests) == 1
    assert client.subaccounts.get(cast.own)  # other calls have a limit of their own


def test_nobody_there(remote: Any, pay: Any) -> None:
    nobody = "http://127.0.0.1:1"
    outcome = pay(by=remote.client(hosts=Hosts(api=nobody, rest=nobody)))
    assert isinstance(outcome, NotSent)
    assert (outcome.reason, remote.requests) == ("refused", [])


@pytest.mark.parametrize("fault", ["drop-after", "500-after", "307-self", "cut", "hang-after"])
def test_every_other_write_is_sent_once_too(
    remote: Any, client: Any, cast: Any, fault: str
) -> None:
    """What protects transfers protects all that changes something at Vonage."""
    [secret] = client.secrets.list(cast.own)
    remote.requests.clear()
    remote.faults.hang_s = 30
    quick = remote.client(timeouts=QUICK if fault == "hang-after" else PATIENT)
    writes: list[Callable[[], Any]] = [
        lambda: quick.subaccounts.create(name="Quay"),
        lambda: quick.subaccounts.modify(cast.own, name="Quay"),
        lambda: quick.secrets.revoke(secret.id, cast.own),
        lambda: quick.numbers.buy(country="GB", msisdn="447700900123"),
        lambda: quick.account.change_settings(mo_callback_url="https://hooks.example/in"),
        lambda: quick.reports.create(product="ASR", account_id=cast.own),
    ]
    for write in writes:
        remote.strike(fault)
        assert isinstance(write(), Unknown)
    assert len(remote.requests) == len(writes)
