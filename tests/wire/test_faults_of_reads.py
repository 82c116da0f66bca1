"""Each fault of the simulator, on lists: the client's own error, or what is right."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulator import number_pool, phone_numbers, reports, secret_slots
from simulator.fault_kinds import FAULTS
from vonage_api import Retries, Timeouts, errors

QUICK = Timeouts(connect=2, read=0.2, total=0.3)
PATIENT = Timeouts(connect=2, read=10, total=20)
AGAIN = Retries(attempts=2, first_wait=0.01)

KEY = "ab000067"


def _records(client: Any, now: Any) -> list[Any]:
    asked = {"product": "ASR", "account_id": KEY}
    return list(client.reports.records(**asked, start=now - timedelta(hours=20), end=now))


LISTS: dict[str, Callable[[Any, Any], Any]] = {
    "/subaccounts": lambda client, _: client.subaccounts.list(),
    "/balance-transfers": lambda client, now: client.balance_transfers.list(start=now),
    "/credit-transfers": lambda client, now: client.credit_transfers.list(start=now),
    "/secrets": lambda client, _: client.secrets.list(),
    "/account/numbers": lambda client, _: list(client.numbers.all_owned()),
    "/number/search": lambda client, _: client.numbers.search(country="SE"),
    "/v2/reports/records": _records,
    "/v2/reports": lambda client, _: client.reports.list(account_id=KEY, status="PENDING"),
    "/beta/audit/events": lambda client, _: list(client.audit.all()),
}
RIGHT, SHORTER, DOUBLED = "right", "shorter", "doubled"

# On the list of transfers. An error of ours by its name, or what comes of it.
ON_TRANSFERS: dict[str, str] = {
    **{f"{way}-{when}": "ConnectionFailed"
       for way in ("drop", "reset") for when in ("before", "after")},
    **{f"hang-{when}": "TimedOut" for when in ("before", "after")},
    **{f"{code}-{when}": "ServerFailed"
       for code in (500, 502, 503, 504) for when in ("before", "after")},
    **{f"{code}-{where}": "Redirected"
       for code in (301, 307, 308) for where in ("self", "elsewhere")},
    **{f"429{kind}": "RateLimited" for kind in ("", "-bare", "-past", "-date", "-ages")},
    **dict.fromkeys(("late", "drip", "list-hang"), "TimedOut"),
    **dict.fromkeys(("html-before", "html-after", "garbage", "length-short"), "Malformed"),
    **dict.fromkeys(("cut", "length-long", "continue-only"), "ConnectionFailed"),
    **dict.fromkeys(("twice", "10-mb", "slow", "http-1.0", "continue"), RIGHT),
    **dict.fromkeys(("other-amount", "other-reference", "null-id"), RIGHT),
    "duplicate-keys": RIGHT,
    **dict.fromkeys(("nan", "1e400"), "Malformed"),
    "bomb": "TooLarge",
    "refused": "Unauthorized",
    "list-500": "ServerFailed",
    "list-missing-key": "Malformed",
    "list-other-key": RIGHT,  # the spelling of one description
    "list-duplicated": RIGHT,
    # No reader can tell these from the truth; whoever concludes something from a row that is
    # missing looks for one that must be there.
    **dict.fromkeys(("list-empty", "list-cut", "list-stale"), SHORTER),
}  # fmt: skip
SILENT = {name for name, outcome in ON_TRANSFERS.items() if outcome == "TimedOut"}


@pytest.fixture
def furnished(remote: Any, cast: Any) -> Any:
    """A simulator where every list has at least two rows, the newest of them a minute young."""
    state = remote.state
    for minute, number in enumerate(number_pool.offers("GB")[:3]):
        state.switch(clock_offset=60 * minute)
        for move in (state.transfer_balance, state.transfer_credit):
            move(source=cast.primary, target=cast.own, amount=Decimal(1), reference=f"R-{minute}")
        phone_numbers.give(state, number, owner=cast.primary)
        asked = {"product": "ASR", "account_id": cast.primary}
        reports.create(state, api_key=cast.primary, parameters=asked)
    secret_slots.add(state, cast.primary, "Fresh4Canary-of-tests")
    state.create_subaccount(name="Newest")
    state.switch(report_seconds=3600)
    remote.faults.hang_s, remote.faults.drip_s, remote.faults.slow_s = 30, 0.1, 0.1
    remote.faults.stale_s, remote.faults.late_s = 90, 60
    return remote


@pytest.fixture
def ask(furnished: Any) -> Callable[..., Any]:
    """Ask for a list, struck by a fault or not; return it, or the error of ours that it gave."""

    def run(path: str, fault: str = "", **options: Any) -> Any:
        if fault:
            furnished.strike(fault, "GET", path)
        client = furnished.client(timeouts=QUICK if fault in SILENT else PATIENT, **options)
        try:
            return LISTS[path](client, furnished.state.clock())
        except errors.VonageError as error:
            return error

    return run


def described(found: Any, truth: Any) -> str:
    """Say what was found: an error by its name, or how it compares with the truth."""
    if isinstance(found, errors.VonageError):
        return type(found).__name__
    if found == truth:
        return RIGHT
    short, long = rows(found), rows(truth)
    assert all(row in long for row in short), "rows that the simulator does not have"
    return SHORTER if len(short) < len(long) else DOUBLED


def rows(found: Any) -> list[Any]:
    for name in ("subaccounts", "numbers", "reports"):
        found = getattr(found, name, found)
    return list(found)


@pytest.mark.parametrize("fault", ON_TRANSFERS)
def test_transfers_that_are_struck(furnished: Any, ask: Any, fault: str) -> None:
    truth = ask("/balance-transfers")
    assert len(truth) == 3
    furnished.requests.clear()
    assert described(ask("/balance-transfers", fault), truth) == ON_TRANSFERS[fault]
    assert len(furnished.requests) == 1
    assert len(furnished.transfers) == 6


def test_every_kind_has_its_row() -> None:
    # No connection stands where the handshake fails: that one is in the tests of TLS.
    assert ON_TRANSFERS.keys() == FAULTS.keys() - {"tls-failure"}


LIES = [name for name, fault in FAULTS.items() if fault.group == "list"]
TOLD = {
    (path, lie): outcome
    for path in LISTS
    for lie, outcome in {
        "list-empty": SHORTER,
        "list-missing-key": "Malformed",
        "list-other-key": "Malformed",
        "list-cut": SHORTER,
        "list-duplicated": DOUBLED,
        "list-stale": RIGHT,
        "list-500": "ServerFailed",
        "list-hang": "TimedOut",
    }.items()
} | {
    # One transfer stands once, however often it is listed. Either spelling of the key is known.
    **{(f"/{kind}-transfers", lie): outcome
       for kind in ("balance", "credit")
       for lie, outcome in {"list-duplicated": RIGHT, "list-other-key": RIGHT,
                            "list-stale": SHORTER}.items()},
    **{(path, "list-stale"): SHORTER for path in ("/subaccounts", "/secrets", "/account/numbers")},
    # An account has always one secret at least.
    ("/secrets", "list-empty"): "Malformed",
    # Each page says how many numbers there are.
    **{("/account/numbers", lie): "Malformed" for lie in ("list-empty", "list-cut")},
    **{(path, "list-duplicated"): RIGHT for path in ("/account/numbers", "/beta/audit/events")},
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("path", LISTS)
def test_lists_that_lie(ask: Any, path: str, lie: str) -> None:
    truth = ask(path)
    assert len(rows(truth)) > 1
    assert described(ask(path, lie), truth) == TOLD[path, lie]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("fault", ["drop-before", "list-500"])
def test_a_read_is_asked_again(furnished: Any, ask: Any, path: str, fault: str) -> None:
    truth = ask(path)
    number = len(furnished.requests)
    assert ask(path, fault, retries=AGAIN) == truth
    assert len(furnished.requests) == 2 * number + 1


def test_silence_is_given_up_while_there_is_time(furnished: Any) -> None:
    furnished.strike("list-hang", "GET")
    client = furnished.client(timeouts=Timeouts(connect=2, read=1, total=20), retries=AGAIN)
    assert len(client.balance_transfers.list(start=furnished.state.clock())) == 3
    assert len(furnished.requests) == 2
