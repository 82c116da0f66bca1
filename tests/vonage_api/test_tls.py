import datetime as dt
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vonage_api import errors


@pytest.fixture
def stranger(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path / "stranger.pem"
    path.write_bytes(key.private_bytes(pem, *plain) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_unknown_certificate_is_refused(
    server: Any, ask: Any, stranger: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Even where the environment vouches for it.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "stranger.pem"))
    server.secure(stranger)
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
