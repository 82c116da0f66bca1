import socket
from typing import Any

import pytest

from vonage_api import errors


def test_unknown_certificate_is_refused(
    server: Any, ask: Any, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Even where the environment vouches for it.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))
    server.secure(certificate.context)
    with pytest.raises(errors.ConnectionFailed) as caught:
        ask(server.url.replace("http://", "https://"), attempts=3)
    assert (caught.value.reason, caught.value.temporary) == ("tls", False)
    assert (server.connections, server.requests) == (1, [])


class Plain:
    """In place of a server's side of TLS: hear the greeting, say something, hang up."""

    def __init__(self, said: bytes) -> None:
        self.said = said

    def wrap_socket(self, connection: socket.socket, **_: object) -> socket.socket:
        connection.recv(65536)
        connection.sendall(self.said)
        connection.shutdown(socket.SHUT_WR)
        return connection


@pytest.mark.parametrize(
    ("said", "reason"), [(b"HTTP/1.1 400 No TLS here\r\n\r\n", "tls"), (b"", "reset")]
)
def test_server_without_tls_is_refused(server: Any, ask: Any, said: bytes, reason: str) -> None:
    server.secure(Plain(said))
    with pytest.raises(errors.ConnectionFailed) as caught:
        ask(server.url.replace("http://", "https://"))
    assert (caught.value.reason, server.requests) == (reason, [])
