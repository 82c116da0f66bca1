"""The closed table of how a write ends, each row with a real socket, each with one request."""

import json
import socket
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.vonage_api.answers import (
    ANSWERS_THAT_ARE_CLEAR,
    ANSWERS_THAT_ARE_NOT,
    GOOD,
    MADE,
    NOT_WRITTEN,
    OK,
    PROBLEM,
    with_body,
)
from vonage_api import errors
from vonage_api.outcomes import NotSent, Ok, Rejected, TurnedAway, Unknown
from vonage_api.writing import _connection


@pytest.fixture
def give(make_client: Any) -> Callable[..., Any]:
    """Ask for one transfer."""

    def run(server: Any, *, fence: Callable[[], bool] = lambda: True, **options: Any) -> Any:
        return make_client(server, **options).balance_transfers.make(
            from_key="0a1b2c3d",
            to_key="11aa22bb",
            amount=Decimal("12.5"),
            reference="VD7K-2",
            before_first_byte=fence,
        )

    return run


@pytest.mark.parametrize("name", ANSWERS_THAT_ARE_CLEAR)
def test_success_is_what_was_asked(server: Any, give: Any, name: str) -> None:
    raw, kind = ANSWERS_THAT_ARE_CLEAR[name]
    outcome = give(server.sends(raw))
    assert type(outcome) is kind
    assert outcome.get().id == MADE["id"]
    assert (outcome.value.amount, outcome.value.reference) == (Decimal("12.5"), "VD7K-2")
    assert (server.connections, len(server.requests)) == (1, 1)


@pytest.mark.parametrize("name", ANSWERS_THAT_ARE_NOT)
def test_what_is_not_understood_is_unknown(server: Any, give: Any, name: str) -> None:
    raw, reason = ANSWERS_THAT_ARE_NOT[name]
    outcome = give(server.sends(raw))
    assert (type(outcome), outcome.reason) == (Unknown, reason)
    with pytest.raises(errors.VonageError):
        outcome.get()
    assert (server.connections, len(server.requests)) == (1, 1)


@pytest.mark.parametrize(
    ("status", "fragment", "kind"),
    [
        (400, "a-rule", Rejected),
        (404, "invalid-api-key", Rejected),
        (409, "transfer-conflict", Rejected),
        (422, "validation", Rejected),
        (401, "unauthorized", TurnedAway),
        (403, "unprovisioned", TurnedAway),
        (403, "forbidden", TurnedAway),
        (403, "invalid-ip", TurnedAway),
        (403, "account-suspended", TurnedAway),
        (403, "throttled", TurnedAway),
        (403, "", TurnedAway),
        (403, "valid-transfers", Rejected),
        (403, "add-excess-secret", Rejected),
        (429, "rate-limit", TurnedAway),
        (402, "a-rule", Unknown),
        (405, "wrong-verb", Unknown),
        (408, "a-rule", Unknown),
        (413, "a-rule", Unknown),
        (500, "internal-error", Unknown),
        (503, "unauthorized", Unknown),
    ],
)
def test_refusals_that_vonage_wrote(
    server: Any, give: Any, status: int, fragment: str, kind: Any
) -> None:
    server.answers({**PROBLEM, "type": f"https://a.example/b#{fragment}"}, status=status)
    outcome = give(server)
    assert type(outcome) is kind
    assert (outcome.heard.status, outcome.heard.instance) == (status, "trace-1")
    assert isinstance(outcome.error, errors.Refused)
    assert (server.connections, len(server.requests)) == (1, 1)


@pytest.mark.parametrize("body", NOT_WRITTEN)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 420, 422, 429, 502, 504])
def test_refusals_of_others_are_unknown(server: Any, give: Any, status: int, body: bytes) -> None:
    outcome = give(server.answers(body, status=status))
    reason = "not_from_vonage" if status < 500 else "server_failed"
    assert (type(outcome), outcome.status, outcome.reason) == (Unknown, status, reason)
    assert (server.connections, len(server.requests)) == (1, 1)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("body", [b"", json.dumps(PROBLEM).encode(), GOOD])
def test_redirects_are_unknown_and_lead_nowhere(
    server: Any, make_server: Any, give: Any, status: int, body: bytes
) -> None:
    other = make_server().answers(MADE)
    server.answers(body, status=status, headers={"Location": other.url + "/x"})
    outcome = give(server)
    assert (type(outcome), outcome.reason, outcome.status) == (Unknown, "redirected", status)
    assert (other.connections, server.connections, len(server.requests)) == (0, 1, 1)


def test_redirect_to_itself_is_not_followed(server: Any, give: Any) -> None:
    server.answers(status=307, headers={"Location": server.url + "/x"})
    assert give(server).reason == "redirected"
    assert (server.connections, len(server.requests)) == (1, 1)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), (None, None), ("1000000000", 3600), ("soon", None)]
)
def test_throttling_says_how_long(server: Any, give: Any, header: Any, seconds: Any) -> None:
    headers = {"Retry-After": header} if header else {}
    outcome = give(server.answers(PROBLEM, status=429, headers=headers))
    assert (type(outcome), outcome.retry_after) == (TurnedAway, seconds)


@pytest.mark.parametrize("after", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", OK + b"\r\n{", OK])
def test_reset_is_unknown(server: Any, give: Any, after: bytes) -> None:
    outcome = give(server.resets(after))
    assert (type(outcome), outcome.reason) == (Unknown, "broken_off")
    assert (server.connections, len(server.requests)) == (1, 1)


def test_reset_before_the_request_is_read_is_unknown(give: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def hang_up() -> bool:
            connection, _ = listener.accept()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()
            return True

        outcome = give(url, fence=hang_up)
        assert (type(outcome), outcome.reason) == (Unknown, "broken_off")
        listener.settimeout(0.1)
        with pytest.raises(TimeoutError):  # nobody came a second time
            listener.accept()


def test_silence_is_unknown(server: Any, give: Any) -> None:
    started = time.monotonic()
    outcome = give(server.plays(lambda _: server.over.wait(9)), read=0.3)
    assert (type(outcome), outcome.reason, outcome.status) == (Unknown, "timed_out", None)
    assert time.monotonic() - started < 2
    assert (server.connections, len(server.requests)) == (1, 1)


@pytest.mark.parametrize(
    "start",
    [b"", OK + b"X: ", with_body(GOOD)[:-9], OK + b"Transfer-Encoding: chunked\r\n\r\nfffff\r\n",
     OK + b"\r\n"],
)  # fmt: skip
def test_drip_is_unknown_in_time(server: Any, give: Any, start: bytes) -> None:
    started = time.monotonic()
    outcome = give(server.drips(start.replace(b"Length: ", b"Length: 9")), read=5, total=0.4)
    assert (type(outcome), outcome.reason) == (Unknown, "timed_out")
    assert time.monotonic() - started < 2


def test_endless_interim_answers_end(server: Any, give: Any) -> None:
    def chatter(connection: socket.socket) -> None:
        while not server.over.wait(0.02):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    outcome = give(server.plays(chatter), read=5, total=0.4)
    assert (type(outcome), outcome.reason) == (Unknown, "timed_out")


def test_bomb_is_not_unpacked(server: Any, give: Any, bomb: bytes) -> None:
    server.sends(with_body(bomb, headers=b"Content-Encoding: gzip\r\n"))
    assert give(server).reason == "malformed"


def test_refused_connection_sends_nothing(give: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    outcome = give(url)
    assert (type(outcome), outcome.reason) == (NotSent, "refused")


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "dns"),
        (OSError(113, "No route to host"), "unreachable"),
        (TimeoutError("timed out"), "timed_out"),
        (UnicodeError("label too long"), "unreachable"),
    ],
)
def test_no_connection_sends_nothing(
    give: Any, monkeypatch: pytest.MonkeyPatch, problem: Exception, reason: str
) -> None:
    def fail(*_args: object) -> None:
        raise problem

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    outcome = give("http://nowhere.example", fence=unwanted)
    assert (type(outcome), outcome.reason) == (NotSent, reason)
    assert outcome.error.__context__ is None


def unwanted() -> bool:
    pytest.fail("the fence was asked without a connection")


class Deaf:
    """In place of a server's side of TLS."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self.act = act

    def wrap_socket(self, connection: socket.socket, **_: object) -> socket.socket:
        connection.recv(65536)
        self.act(connection)
        return connection


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda c: c.sendall(b"HTTP/1.1 400 No TLS here\r\n\r\n"), "tls"),
        (lambda c: c.shutdown(socket.SHUT_WR), "reset"),
        (lambda _: time.sleep(0.6), "timed_out"),
    ],
)
def test_failing_tls_sends_nothing(server: Any, give: Any, act: Any, reason: str) -> None:
    server.secure(Deaf(act))
    outcome = give(server.url.replace("http://", "https://"), fence=unwanted, connect=0.3)
    assert (type(outcome), outcome.reason, server.requests) == (NotSent, reason, [])


def test_unknown_certificate_sends_nothing(
    server: Any, give: Any, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(certificate.path))  # not even where it is vouched for
    server.secure(certificate.context)
    outcome = give(server.url.replace("http://", "https://"), fence=unwanted)
    assert (type(outcome), outcome.reason) == (NotSent, "tls")
    assert (server.connections, server.requests) == (1, [])


def test_write_over_tls(
    server: Any, give: Any, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vonage_api.writing.DEFAULT_CA_BUNDLE_PATH", str(certificate.path))
    server.secure(certificate.context)
    outcome = give(server.answers(MADE).url.replace("http://", "https://"))
    assert (type(outcome), len(server.requests)) == (Ok, 1)


def test_drip_over_tls_ends(
    server: Any, give: Any, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vonage_api.writing.DEFAULT_CA_BUNDLE_PATH", str(certificate.path))
    server.secure(certificate.context)
    server.drips(OK)
    outcome = give(server.url.replace("http://", "https://"), read=5, total=0.4)
    assert (type(outcome), outcome.reason) == (Unknown, "timed_out")


@pytest.mark.parametrize("raises", [False, True])
def test_fence_stands_between_connection_and_first_byte(give: Any, *, raises: bool) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted: list[socket.socket] = []

        def refuse() -> bool:
            accepted.append(listener.accept()[0])
            accepted[0].settimeout(0.2)
            with pytest.raises(TimeoutError):
                accepted[0].recv(1)
            if raises:
                raise LookupError
            return False

        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if raises:
            with pytest.raises(LookupError):
                give(url, fence=refuse)
        else:
            outcome = give(url, fence=refuse)
            assert (type(outcome), outcome.reason) == (NotSent, "fence")
        heard.append(accepted[0].recv(1))
        accepted[0].close()
    assert heard == [b""]  # closed, and not a byte came


def test_fence_is_asked_once(server: Any, give: Any) -> None:
    asked: list[int] = []
    give(server.answers(MADE), fence=lambda: not asked.append(1))
    assert asked == [1]


def test_no_room_in_the_budget_sends_nothing(server: Any, give: Any) -> None:
    class Full:
        def take(self, **_: object) -> float:
            return 60.0

    outcome = give(server, fence=unwanted, budget=Full())
    assert (type(outcome), outcome.reason) == (NotSent, "over_budget")
    assert outcome.error.retry_after == 60
    assert server.connections == 0


def test_request_is_complete_and_closes(server: Any, give: Any, canary: Any) -> None:
    give(server.answers(MADE))
    [request] = server.requests
    assert (request.method, request.target) == ("POST", "/accounts/0a1b2c3d/balance-transfers")
    assert json.loads(request.body, parse_float=Decimal) == {
        "from": "0a1b2c3d", "to": "11aa22bb", "amount": Decimal("12.5"), "reference": "VD7K-2",
    }  # fmt: skip
    assert request.headers["Connection"] == "close"
    assert request.headers["Authorization"] == f"Basic {canary.token}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept-Encoding"] == "identity"


def test_every_write_has_a_connection_of_its_own(server: Any, make_client: Any) -> None:
    server.plays(lambda c: c.sendall(with_body(GOOD)))  # would allow to go on
    client = make_client(server)
    for _ in range(3):
        client.balance_transfers.make(
            from_key="0a1b2c3d", to_key="11aa22bb", amount=Decimal("12.5"), reference="VD7K-2"
        )
    assert (server.connections, len(server.requests)) == (3, 3)


def test_environment_names_no_proxy(
    server: Any, make_server: Any, give: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = make_server().answers(MADE)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    assert isinstance(give(server.answers(MADE)), Ok)
    assert proxy.connections == 0


def test_clock_and_ids_are_kept(server: Any, give: Any) -> None:
    headers = {"Date": "Wed, 04 Mar 2026 05:06:07 GMT", "X-Request-Id": "r-1"}
    heard = give(server.answers(MADE, headers=headers)).heard
    assert (heard.status, heard.request_id) == (200, "r-1")
    assert heard.date == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Mar 2026 05:06:07 GMT", "0"])
def test_a_clock_that_is_none(server: Any, give: Any, date: str) -> None:
    assert give(server.answers(MADE, headers={"Date": date})).heard.date is None


def test_head_of_an_unclear_answer_is_kept(server: Any, give: Any) -> None:
    outcome = give(server.answers(b"<html>\x07 Sorry " + b"x" * 9999, status=502))
    assert outcome.body_head.startswith("<html> Sorry xxx")
    assert len(outcome.body_head) == 500


@pytest.mark.parametrize(
    "amount", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), Decimal("1e-9"), 1.5]
)
def test_amounts_that_are_none_are_not_sent(server: Any, make_client: Any, amount: Any) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        make_client(server).credit_transfers.make(from_key="a", to_key="b", amount=amount)
    assert server.connections == 0


@pytest.mark.parametrize(("amount", "sent"), [("1E+2", b"100"), ("0.10", b"0.10"), ("3", b"3")])
def test_amounts_leave_as_plain_numbers(
    server: Any, make_client: Any, amount: str, sent: bytes
) -> None:
    server.answers(status=500)
    make_client(server).credit_transfers.make(from_key="a", to_key="b", amount=Decimal(amount))
    assert b'"amount":' + sent + b"}" in server.requests[0].body


@pytest.mark.parametrize("name", ["get", "options"])
def test_reading_has_no_way_to_write(make_client: Any, server: Any, name: str) -> None:
    transport = make_client(server)._transport
    public = {each for each in dir(transport) if not each.startswith("_")}
    assert name in public
    assert public == {"get", "options", "stream", "close"}


def test_transport_errors_of_any_kind_are_unknown(
    server: Any, give: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("vonage_api.writing.read_date", fail)
    outcome = give(server.answers(MADE))
    assert isinstance(outcome, Unknown)


def test_library_s_certificates_are_there() -> None:
    from vonage_api.writing import DEFAULT_CA_BUNDLE_PATH

    assert Path(DEFAULT_CA_BUNDLE_PATH).is_file()
    assert ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH).cert_store_stats()["x509"] > 9


def test_broken_connection_does_not_open_itself_anew(
    server: Any, give: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []

    def open_(*args: Any) -> Any:
        opened.append(_connection(*args))
        return opened[0]

    def lose() -> bool:
        opened[0].close()
        return True

    monkeypatch.setattr("vonage_api.writing._connection", open_)
    assert isinstance(give(server.answers(MADE), fence=lose), Unknown)
    assert server.requests == []
