import gzip
import http.client
import socket
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from wsgiref.validate import validator

import pytest
import requests

from simulator import customer, server
from simulator.app import Application
from simulator.listing import Listing
from simulator.state import State

LIST = "/accounts/aa000001/subaccounts"


def speak(url: str, sent: bytes, *, more: bool = False) -> bytes:
    """Send raw bytes and return all that comes back until the other side hangs up."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port or 0), timeout=10) as line:
        line.sendall(sent)
        if not more:
            line.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := line.recv(65_536):
            received += chunk
        return received


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400"),
        (b"GET\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"431"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1e9\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"GET http://[ HTTP/1.1\r\nConnection: close\r\n\r\n", b"404"),
        (b"GET /%ff%00\xfc HTTP/1.1\r\nConnection: close\r\n\r\n", b"404"),
    ],
)
def test_garbage_is_refused_and_forgotten(running: Any, sent: bytes, status: bytes) -> None:
    received = speak(running.url, sent)
    assert status in received.split(b"\r\n")[0]
    assert requests.get(running.url + "/healthz", timeout=10).ok


def test_whoever_leaves_early_disturbs_nobody(
    running: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert speak(running.url, b"") == b""
    assert speak(running.url, b"GET /healthz") != b"200"
    assert speak(running.url, b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort") == b""
    assert requests.get(running.url + "/healthz", timeout=10).ok
    assert caplog.text == ""


def test_one_connection_serves_many_requests(running: Any) -> None:
    parts = urlsplit(running.url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    line.connect()
    first = line.sock
    for method, path, status in [
        ("GET", "/healthz", 200),
        ("GET", LIST, 401),
        ("HEAD", "/healthz", 405),
        ("POST", "/healthz", 405),
        ("GET", "/healthz", 200),
    ]:
        line.request(method, path, body=b"x" * 100 if method == "POST" else None)
        response = line.getresponse()
        body = response.read()
        assert response.status == status
        assert response.version == 11
        assert response.headers["Content-Length"].isdigit()
        assert method == "HEAD" or len(body) == int(response.headers["Content-Length"])
    assert line.sock is first
    line.close()


def test_a_pipeline_is_answered_in_order(running: Any) -> None:
    sent = b"GET /healthz HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\nConnection: close\r\n\r\n"
    received = speak(running.url, sent, more=True)
    assert received.index(b"200 OK") < received.index(b"404 Not Found")


@pytest.fixture
def large() -> State:
    return customer.build(subaccounts=60, seed="1", api_key="aa000001", api_secret="PrimarySecr3t")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("deflate, GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("identity", None),
        ("", None),
    ],
)
def test_a_large_answer_is_packed_for_those_who_want_it(
    start: Callable[..., Any], large: State, *, primary: Any, accepted: str, encoding: str | None
) -> None:
    response = requests.get(
        start(large).url + LIST,
        auth=primary.basic,
        headers={"Accept-Encoding": accepted},
        stream=True,
        timeout=10,
    )
    raw = response.raw.read(decode_content=False)
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(raw)
    plain = gzip.decompress(raw) if encoding else raw
    assert plain.count(b'"primary_account_api_key"') == 60


def test_a_small_answer_is_not_packed(get: Callable[..., requests.Response]) -> None:
    response = get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers


def test_the_packed_answer_is_kept_until_something_changes(large: State) -> None:
    listing = Listing(large)
    first = listing.body()
    assert listing.body() is first
    assert first.packed is first.packed
    large.charge("aa000001", Decimal("0.0001"))
    assert listing.body() is not first


def test_two_clients_see_one_truth(start: Callable[..., Any], family: State, primary: Any) -> None:
    """While money moves, every answer adds up, and neither client ever looks back in time."""
    url = start(family).url
    seen: dict[int, list[Decimal]] = {0: [], 1: []}
    broken: list[Any] = []
    moving = threading.Event()

    def client(number: int) -> None:
        with requests.Session() as session:
            session.auth = primary.basic
            last = False
            while not last:
                last = moving.is_set() and len(seen[number]) >= 2
                content = session.get(url + LIST, timeout=10).json(parse_float=Decimal)
                inside = content["_embedded"]
                accounts = [inside["primary_account"], *inside["subaccounts"]]
                total = sum(account["balance"] or 0 for account in accounts)
                if total != content["total_balance"]:
                    broken.append(content)
                seen[number].append(accounts[1]["balance"])

    threads = [threading.Thread(target=client, args=(number,)) for number in seen]
    for thread in threads:
        thread.start()
    for _ in range(200):
        family.transfer_balance(source="aa000001", target="bb000001", amount=Decimal("0.0101"))
        time.sleep(0.001)
    moving.set()
    for thread in threads:
        thread.join()
    last = requests.get(url + LIST, auth=primary.basic, timeout=10).json(parse_float=Decimal)
    assert broken == []
    assert all(balances == sorted(balances) for balances in seen.values())
    assert {balances[-1] for balances in seen.values()} == {Decimal("0.3100")}
    assert last["_embedded"]["subaccounts"][0]["balance"] == Decimal("0.3100")


def test_closing_hangs_up_at_once(family: State) -> None:
    with server.serve(family) as running:
        parts = urlsplit(running.url)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        line.request("GET", "/healthz")
        line.getresponse().read()
        assert line.sock is not None
        idle = line.sock
        began = time.monotonic()
    assert time.monotonic() - began < 1
    assert idle.recv(1) == b""
    line.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((parts.hostname, parts.port or 0), timeout=10)


def test_server_and_application_keep_the_rules_of_wsgi(family: State, primary: Any) -> None:
    with server.Server(("127.0.0.1", 0), validator(Application(family))) as strict:
        thread = threading.Thread(target=strict.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{strict.server_port}"
        try:
            for path in (LIST, LIST + "/bb000001?x=y", "/account/get-balance", "/n%C3%B6"):
                answer = requests.get(url + path, auth=primary.basic, timeout=10)
                assert answer.status_code == (404 if path == "/n%C3%B6" else 200)
            form = {"api_key": primary.api_key, "api_secret": primary.secret}
            answer = requests.post(url + "/account/get-balance", data=form, timeout=10)
            assert answer.status_code == 405
        finally:
            strict.shutdown()
            thread.join()


def test_a_taken_port_is_an_error(family: State) -> None:
    with server.serve(family) as running:
        second = server.serve(family, port=urlsplit(running.url).port or 0)
        with pytest.raises(OSError, match="in use"):
            second.__enter__()
