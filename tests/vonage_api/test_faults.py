import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vonage_api import errors

HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def quickly() -> Iterator[None]:
    """Fail if the test's patience of half a second is exceeded by much."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 3


@pytest.mark.usefixtures("quickly")
def test_silence_times_out(server: Any, ask: Any) -> None:
    server.plays(lambda _: server.over.wait(9))
    with pytest.raises(errors.TimedOut) as caught:
        ask(server, read=0.3)
    assert caught.value.reason == "answer"


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        HEADERS + b"Content-Length: 100000\r\n\r\n",
        HEADERS + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n",
        HEADERS + b"\r\n",
    ],
    ids=["status", "header", "body", "chunk", "until closed"],
)
def test_drip_feed_ends_by_the_clock(server: Any, ask: Any, start: bytes) -> None:
    server.drips(start)
    with pytest.raises(errors.TimedOut):
        ask(server, read=5, total=0.5)


def test_a_late_byte_buys_no_time(server: Any, ask: Any) -> None:
    server.drips(b"HTTP/1.1 200 OK\r\n", every=0.8)
    started = time.monotonic()
    with pytest.raises(errors.TimedOut):
        ask(server, read=5, total=1)
    assert 0.9 < time.monotonic() - started < 1.4


@pytest.mark.usefixtures("quickly")
def test_drip_fed_refusal_is_still_a_refusal(server: Any, ask: Any) -> None:
    server.drips(b"HTTP/1.1 401 No\r\nContent-Length: 100000\r\n\r\n")
    with pytest.raises(errors.Unauthorized):
        ask(server, total=0.5)


@pytest.mark.usefixtures("quickly")
def test_connection_that_is_never_accepted_times_out(ask: Any) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        with pytest.raises(errors.TimedOut) as caught:
            ask(f"http://127.0.0.1:{address[1]}", connect=0.4)
        for one in waiting:
            one.close()
    assert caught.value.reason == "connect"


@pytest.mark.parametrize(
    "after",
    [b"", HEADERS, HEADERS + b"Content-Length: 9\r\n\r\n{}"],
    ids=["at once", "in headers", "in body"],
)
def test_reset(server: Any, ask: Any, after: bytes) -> None:
    server.resets(after)
    with pytest.raises(errors.ConnectionFailed) as caught:
        ask(server)
    assert caught.value.reason == "reset"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200",
        HEADERS + b"Content-Length: 9\r\n\r\n{}",
        HEADERS + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
        HEADERS + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ],
)
def test_cut_answers_are_noticed(server: Any, make_client: Any, raw: bytes) -> None:
    server.sends(raw)
    with pytest.raises((errors.ConnectionFailed, errors.Malformed)):
        make_client(server).subaccounts.list()


def test_body_longer_than_announced_is_malformed(server: Any, make_client: Any, body: Any) -> None:
    server.answers(body("balance"), length=10)
    with pytest.raises(errors.Malformed):
        make_client(server).account.get_balance()


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-x\r\n", b"\x00\x01\x02\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"]
)
def test_what_is_not_http_is_malformed(server: Any, ask: Any, raw: bytes) -> None:
    server.sends(raw)
    with pytest.raises(errors.Malformed):
        ask(server)


def test_endless_headers_are_malformed(server: Any, ask: Any) -> None:
    server.sends(HEADERS + b"X-A: b\r\n" * 10_000 + b"\r\n")
    with pytest.raises(errors.Malformed):
        ask(server)


@pytest.mark.parametrize("page", [b"<!doctype html><p>Sign in to the network", b"", b"\xff"])
def test_another_page_with_status_200_is_malformed(
    server: Any, make_client: Any, page: bytes
) -> None:
    server.answers(page, headers={"Content-Type": "text/html"})
    with pytest.raises(errors.Malformed):
        make_client(server).subaccounts.list()


def test_refused_connection(ask: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(errors.ConnectionFailed) as caught:
        ask(url)
    assert caught.value.reason == "refused"


def test_unknown_name(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_args: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(errors.ConnectionFailed, match=r"nowhere\.example") as caught:
        ask("http://nowhere.example")
    assert caught.value.reason == "dns"


def test_no_route(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_route(*_args: object) -> None:
        raise OSError(113, "No route to host")

    monkeypatch.setattr(socket.socket, "connect", no_route)
    with pytest.raises(errors.ConnectionFailed) as caught:
        ask("http://127.0.0.1:9")
    assert caught.value.reason == "unreachable"


@pytest.mark.parametrize("path", ["/", "/accounts/x"])
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_redirects_are_not_followed(
    server: Any, make_server: Any, ask: Any, status: int, path: str
) -> None:
    other = make_server().answers(b"{}")
    server.answers(status=status, headers={"Location": other.url + path})
    with pytest.raises(errors.Redirected) as caught:
        ask(server)
    assert caught.value.status == status
    assert (other.connections, server.connections) == (0, 1)


def test_odd_redirects_do_no_harm(server: Any, ask: Any) -> None:
    for location in ("http://[", "//", "http://\xff:x/", "javascript:1"):
        server.acts.clear()
        server.answers(status=302, headers={"Location": location})
        with pytest.raises(errors.Redirected):
            ask(server)


def test_status_101_is_no_answer(server: Any, ask: Any) -> None:
    server.sends(b"HTTP/1.1 101 Switching\r\n\r\n")
    with pytest.raises(errors.Malformed):
        ask(server)


def test_environment_names_no_proxy(
    *,
    server: Any,
    make_server: Any,
    ask: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    canary: Any,
) -> None:
    proxy = make_server().answers(b"{}")
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.answers(b"here")
    assert ask(server) == b"here"
    assert proxy.connections == 0
    assert server.requests[0].headers["Authorization"] == f"Basic {canary.token}"


def test_cookies_are_not_kept(server: Any, make_client: Any) -> None:
    server.answers(b"{}", headers={"Set-Cookie": "a=b; Path=/"})
    client = make_client(server)
    client.subaccounts.read()
    client.subaccounts.read()
    assert "Cookie" not in server.requests[1].headers


def test_connection_is_kept_and_its_patience_restored(server: Any, make_client: Any) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    def twice(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.recv(65536)
        time.sleep(0.5)  # longer than what was left for the first call
        connection.sendall(answer)

    server.plays(twice)
    client = make_client(server, total=0.4)
    client.subaccounts.read()
    client._transport._timeouts = type(client._transport._timeouts)(total=5)
    assert client.subaccounts.read() == b"{}"
    assert server.connections == 1


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    noise=st.binary(max_size=200),
    start=st.sampled_from([b"", b"HTTP/1.1 ", HEADERS, HEADERS + b"\r\n"]),
)
def test_noise_never_gets_past_the_tree(
    server: Any, make_client: Any, noise: bytes, start: bytes
) -> None:
    server.acts.clear()
    server.sends(start + noise)
    with pytest.raises(errors.VonageError) as caught:
        make_client(server).account.get_balance()
    assert caught.value.__context__ is None
