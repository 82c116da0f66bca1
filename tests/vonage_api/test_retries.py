import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vonage_api import errors, retries
from vonage_api.configuration import Retries
from vonage_api.retries import read_retry_after, wait_before_next

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken = []
    monkeypatch.setattr(retries, "sleep", taken.append)
    return taken


def in_seconds(seconds: int) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15", 15), (" 15 ", 15), ("0", 0), ("1000000000", 3600), ("9" * 5000, 3600),
        (in_seconds(20), 20), (in_seconds(-20), 0), (in_seconds(10**8), 3600),
        (None, None), ("", None), ("soon", None), ("-5", None), ("1.5", None), ("²", None),
    ],
)  # fmt: skip
def test_retry_after_is_read(text: str, expected: Any) -> None:
    assert read_retry_after(text, now=NOW) == expected


@given(st.text())
def test_any_retry_after_is_bounded(text: str) -> None:
    found = read_retry_after(text, now=NOW)
    assert found is None or 0 <= found <= 3600


def test_waits_grow_are_random_and_end() -> None:
    rules = Retries(first_wait=1, longest_wait=3)
    error = errors.TimedOut(host="a", reason="answer")
    for attempt, longest in ((1, 1), (2, 2), (3, 3), (9, 3)):
        waits = [wait_before_next(error, attempt=attempt, retries=rules) for _ in range(200)]
        assert 0 <= min(waits) < longest / 4
        assert longest * 3 / 4 < max(waits) <= longest


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_reads_are_repeated_after_passing_trouble(
    server: Any, ask: Any, naps: list[float], status: int
) -> None:
    server.answers(status=status).answers(status=status).answers(b"here")
    assert ask(server, attempts=3) == b"here"
    assert (len(server.requests), len(naps)) == (3, 2)


def test_reads_are_repeated_after_a_reset(server: Any, ask: Any, naps: list[float]) -> None:
    server.resets().resets(after=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nha").answers(b"here")
    assert ask(server, attempts=3) == b"here"
    assert len(naps) == 2


def test_three_attempts_are_the_end(server: Any, ask: Any, naps: list[float]) -> None:
    server.answers(status=500)
    with pytest.raises(errors.ServerFailed) as caught:
        ask(server, attempts=3)
    assert (len(server.requests), len(naps)) == (3, 2)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 409, 420, 422])
def test_a_clear_no_is_taken(server: Any, ask: Any, naps: list[float], status: int) -> None:
    server.answers(status=status)
    with pytest.raises(errors.VonageError):
        ask(server, attempts=3)
    assert (len(server.requests), naps) == (1, [])


@pytest.mark.parametrize("how", ["seconds", "date"])
def test_retry_after_is_honoured(server: Any, ask: Any, naps: list[float], how: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=7), usegmt=True)
    server.answers(status=429, headers={"Retry-After": {"seconds": "6", "date": date}[how]})
    server.answers(b"here")
    assert ask(server, attempts=3) == b"here"
    assert 5 < naps[0] <= 7


def test_retry_after_in_the_past_asks_for_no_wait(server: Any, ask: Any, naps: list[float]) -> None:
    server.answers(status=429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
    server.answers(b"here")
    assert ask(server, attempts=3) == b"here"
    assert naps[0] < 0.1


def test_a_wait_beyond_the_time_left_is_not_begun(server: Any, ask: Any, naps: list[float]) -> None:
    server.answers(status=429, headers={"Retry-After": "1000000000"})
    with pytest.raises(errors.RateLimited) as caught:
        ask(server, attempts=3)
    assert (caught.value.retry_after, len(server.requests), naps) == (3600, 1, [])


def test_attempts_share_one_budget(server: Any, ask: Any) -> None:
    server.plays(lambda _: server.over.wait(9))
    started = time.monotonic()
    with pytest.raises(errors.TimedOut):
        ask(server, attempts=3, read=0.3, total=0.5)
    assert time.monotonic() - started < 2
    assert len(server.requests) == 2
