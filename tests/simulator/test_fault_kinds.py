"""Every kind of fault, seen from the other end of a real connection."""

import json
import re
import socket
import struct
import time
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.fault_kinds import FAULTS

PATH = "/accounts/aa000001/balance-transfers"
BODY = b'{"from":"aa000001","to":"bb000001","amount":0.5,"reference":"R1"}'
RESET = "reset"
SILENCE = "silence"


@dataclass
class Seen:
    """What a client saw: raw bytes, how it ended, and how many transfers truly happened."""

    raw: bytes
    ended: str
    transfers: int

    @property
    def head(self) -> str:
        return self.raw.rpartition(b"\r\n\r\n")[0].decode("latin-1") if self.raw else ""

    @property
    def status(self) -> int:
        return int(self.raw.split()[1]) if self.raw else 0

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    def header(self, name: str) -> str:
        found = re.search(rf"^{name}: (.*?)\r?$", self.raw.decode("latin-1"), re.MULTILINE)
        return found[1] if found else ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def converse(url: str, sent: bytes, *, patience: float) -> tuple[bytes, str]:
    """Send raw bytes; return what came, and how it ended: closed, reset or silence."""
    parts, received = urlsplit(url), b""
    address = (parts.hostname or "", parts.port or 0)
    with socket.create_connection(address, timeout=patience) as line:
        line.sendall(sent)
        until = time.monotonic() + patience
        try:
            while chunk := line.recv(1 << 20):
                received += chunk
                line.settimeout(max(until - time.monotonic(), 0.001))
        except ConnectionResetError:
            return received, RESET
        except TimeoutError:
            return received, SILENCE
        return received, "closed"


def request(method: str, path: str, body: bytes = b"") -> bytes:
    credentials = b64encode(b"aa000001:PrimarySecr3t").decode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {credentials}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body


@pytest.fixture
def strike(stage: Any) -> Callable[..., Seen]:
    """Let the next transfer be struck, make it, and return what was seen."""

    def act(fault: str, *, patience: float = 5) -> Seen:
        stage.admin("/faults/rules", fault=fault, method="POST", path="/balance-transfers")
        raw, ended = converse(stage.url, request("POST", PATH, BODY), patience=patience)
        return Seen(raw, ended, len(stage.state.store.transfers.rows))

    return act


Check = Callable[[Seen], bool]
TRUE = '{"masterAccountId":"aa000001"'


def problem(status: int) -> Check:
    return lambda s: s.status == status and s.header("Content-Type") == "application/problem+json"


def page(status: int) -> Check:
    return lambda s: s.status == status and s.header("Content-Type") == "text/html"


def retry_after(check: Callable[[str], bool]) -> Check:
    return lambda s: problem(429)(s) and check(s.header("Retry-After"))


def near(text: str) -> bool:
    return 0 < (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds() < 30


def over(text: str) -> bool:
    return parsedate_to_datetime(text) < datetime.now(UTC)


def redirects(status: int, host: str) -> Check:
    return lambda s: s.status == status and s.header("Location") == f"http://{host}{PATH}"


# Which transfers truly happened, and what the client saw of it.
EXPECTED: dict[str, tuple[int, Check]] = {
    "drop-before": (0, lambda s: s.raw == b"" and s.ended == "closed"),
    "drop-after": (1, lambda s: s.raw == b"" and s.ended == "closed"),
    "reset-before": (0, lambda s: s.raw == b"" and s.ended == RESET),
    "reset-after": (1, lambda s: s.raw == b"" and s.ended == RESET),
    "hang-before": (0, lambda s: s.raw == b"" and s.ended == SILENCE),
    "hang-after": (1, lambda s: s.raw == b"" and s.ended == SILENCE),
    "late": (0, lambda s: s.raw == b"" and s.ended == SILENCE),
    "500-before": (0, problem(500)),
    "500-after": (1, problem(500)),
    **{f"{code}-before": (0, page(code)) for code in (502, 503, 504)},
    **{f"{code}-after": (1, page(code)) for code in (502, 503, 504)},
    "twice": (2, lambda s: s.status == 200 and s.json["amount"] == 0.5),
    "html-before": (0, page(200)),
    "html-after": (1, page(200)),
    "garbage": (1, lambda s: s.status == 200 and b"\x00\x01\x02" in s.body),
    "cut": (1, lambda s: 0 < len(s.body) < int(s.header("Content-Length"))),
    "length-short": (1, lambda s: len(s.body) > int(s.header("Content-Length")) > 0),
    "length-long": (1, lambda s: len(s.body) < int(s.header("Content-Length"))),
    "bomb": (1, lambda s: s.header("Content-Encoding") == "gzip" and bursts(s.body)),
    "10-mb": (1, lambda s: len(s.body) > 10 * 1024**2 and s.json["amount"] == 0.5),
    "drip": (1, lambda s: 3 <= len(s.body) < 100 and s.ended == SILENCE),
    "slow": (1, lambda s: s.json["amount"] == 0.5),
    "http-1.0": (1, lambda s: s.raw.startswith(b"HTTP/1.0 200") and not s.header("Content-Length")),
    "continue": (1, lambda s: s.raw.count(b"100 Continue") == 2 and TRUE in s.raw.decode()),
    "continue-only": (1, lambda s: s.raw == b"HTTP/1.1 100 Continue\r\n\r\n"),
    **{f"{code}-self": (1, redirects(code, "localhost")) for code in (301, 307, 308)},
    **{f"{code}-elsewhere": (0, redirects(code, "elsewhere.invalid")) for code in (301, 307, 308)},
    "other-amount": (1, lambda s: s.json["amount"] == 1.5),
    "other-reference": (1, lambda s: s.json["reference"] not in {"", "R1"}),
    "null-id": (1, lambda s: s.json["id"] is None),
    "duplicate-keys": (1, lambda s: s.body.count(b'"id":') == 2 == s.body.count(b'"amount":')),
    "nan": (1, lambda s: b'"amount":NaN,' in s.body),
    "1e400": (1, lambda s: b'"amount":1e400,' in s.body),
    "429": (0, retry_after(lambda text: text == "15")),
    "429-bare": (0, retry_after(lambda text: text == "")),
    "429-past": (0, retry_after(over)),
    "429-date": (0, retry_after(near)),
    "429-ages": (0, retry_after(lambda text: text == "1000000000")),
    "refused": (0, problem(401)),
}


def bursts(data: bytes) -> bool:
    """Tell whether a megabyte becomes a gigabyte; a hundredth of it is believed."""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    much = unpacker.decompress(data, 1 << 24)
    return (
        len(much) == 1 << 24 and len(data) < 2 << 20 and data.endswith(struct.pack("<I", 1 << 30))
    )


@pytest.mark.parametrize("name", EXPECTED)
def test_a_transfer_that_is_struck(strike: Callable[..., Seen], stage: Any, name: str) -> None:
    stage.admin("/faults", drip_s=0.05, slow_s=0.1, late_s=0.5, hang_s=30)
    quiet = name.startswith("hang") or name in {"late", "drip"}
    seen = strike(name, patience=0.3 if quiet else 10)
    transfers, check = EXPECTED[name]
    assert seen.transfers == transfers
    assert check(seen), seen.raw[:1000]
    assert stage.admin("/faults")["struck"] == {name: 1}


def test_the_next_one_is_well(strike: Callable[..., Seen], stage: Any) -> None:
    strike("drop-after")
    raw, _ = converse(stage.url, request("POST", PATH, BODY), patience=5)
    assert raw.startswith(b"HTTP/1.1 200")


def test_a_late_deed_is_done_when_everybody_has_gone(
    strike: Callable[..., Seen], stage: Any
) -> None:
    stage.admin("/faults", late_s=0.3)
    assert strike("late", patience=0.05).transfers == 0
    deadline = time.monotonic() + 5
    while not stage.state.store.transfers.rows and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(stage.state.store.transfers.rows) == 1


def test_a_double_execution_shows_in_the_books(strike: Callable[..., Seen], stage: Any) -> None:
    strike("twice")
    one, other = stage.admin("/transfers")["transfers"]
    assert one["id"] != other["id"]
    assert one["request_id"] == other["request_id"] != ""
    assert [v["invariant"] for v in stage.admin("/invariants")["violations"]] == ["I1"]


def test_refusing_credentials_ends_by_itself(strike: Callable[..., Seen], stage: Any) -> None:
    stage.admin("/faults", refuse_s=0.3)
    strike("refused")
    assert stage.call("GET", "/account/get-balance").status_code == 401
    pair = {"api_key": "aa000001", "api_secret": "PrimarySecr3t"}
    assert stage.call("GET", "/account/get-balance", by="", params=pair).status_code == 401
    time.sleep(0.35)
    assert stage.call("GET", "/account/get-balance").status_code == 200


def rows(stage: Any) -> Any:
    query = "?start_date=2020-01-01T00:00:00Z"
    raw, ended = converse(stage.url, request("GET", PATH + query), patience=0.3)
    return Seen(raw, ended, 0)


def embedded(seen: Seen) -> Any:
    return seen.json["_embedded"]


LISTS: dict[str, Callable[[Seen, list[Any]], bool]] = {
    "list-empty": lambda s, _: embedded(s) == {"balance_transfers": []},
    "list-missing-key": lambda s, _: embedded(s) == {},
    "list-other-key": lambda s, true: embedded(s) == {"balance-transfers": true},
    "list-cut": lambda s, true: embedded(s) == {"balance_transfers": true[:2]},
    "list-duplicated": lambda s, true: (
        embedded(s)["balance_transfers"] == sorted(true * 2, key=true.index)
    ),
    "list-stale": lambda s, true: embedded(s) == {"balance_transfers": true[2:]},
    "list-500": lambda s, _: s.status == 500,
    "list-hang": lambda s, _: s.raw == b"" and s.ended == SILENCE,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_lies(stage: Any, name: str) -> None:
    for number in range(4):
        stage.admin("/clock", clock_offset=number * 10)
        converse(stage.url, request("POST", PATH, BODY), patience=5)
    true = rows(stage).json["_embedded"]["balance_transfers"]
    assert len(true) == 4
    stage.admin("/faults", stale_s=15)
    stage.admin("/faults/rules", fault=name, method="GET", path="/balance-transfers")
    assert LISTS[name](rows(stage), true)
    assert rows(stage).json["_embedded"]["balance_transfers"] == true


def test_other_lists_lie_too(stage: Any) -> None:
    """The list of subaccounts can be stale or empty, and that of numbers without its rows."""
    path = "/accounts/aa000001/subaccounts"
    stage.admin("/clock", clock_offset=100)
    stage.call("POST", path, json={"name": "Newest"})
    for name, number in [("list-stale", 3), ("list-empty", 0), ("list-duplicated", 8)]:
        stage.admin("/faults/rules", fault=name, path="/subaccounts")
        shown = stage.call("GET", path).json()["_embedded"]["subaccounts"]
        assert len(shown) == number, name
    stage.admin("/faults/rules", fault="list-missing-key", path="/number/search")
    assert list(stage.call("GET", "/number/search", params={"country": "GB"}).json()) == ["count"]


def test_the_clock_may_be_off(stage: Any) -> None:
    stage.admin("/clock", clock_offset=-86_400)
    answer = stage.call("GET", "/account/get-balance")
    assert answer.headers["Date"] == "Tue, 27 Aug 2024 14:11:32 GMT"
    made = stage.call("POST", PATH, json=json.loads(BODY)).json()
    assert made["created_at"] == "2024-08-27T14:11:32.000Z"


def test_every_kind_is_tried() -> None:
    elsewhere = {"tls-failure"}  # in the test of TLS
    assert EXPECTED.keys() | LISTS.keys() | elsewhere == FAULTS.keys()


def test_a_struck_refusal_stays_a_refusal(stage: Any) -> None:
    """There is nothing to be changed in an answer that says no."""
    stage.admin("/faults/rules", fault="nan", path="/balance-transfers")
    answer = stage.call("POST", PATH, json={})
    assert (answer.status_code, answer.json()["title"]) == (422, "Bad Request")
