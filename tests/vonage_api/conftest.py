import datetime as dt
import gzip
import ipaddress
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vonage_api import Credentials, Hosts, Retries, Timeouts, VonageClient

BODIES = Path(__file__).parent / "bodies"
KEY, SECRET = "0a1b2c3d", "Canary4Secret-of-the-tests"


@dataclass
class Request:
    """What a client sent, in the order in which it arrived."""

    method: str
    target: str
    headers: dict
    body: bytes


@dataclass(repr=False)
class Server:
    """Answers each connection with the next of its acts, the last one again and again.

    Without a repr: it has seen the credentials, and stands in the tests' local variables.
    """

    acts: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    connections: int = 0
    tls: Any = None

    def __post_init__(self) -> None:
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def answers(
        self,
        body: Any = b"",
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> Self:
        """Play an honest answer, or one with another Content-Length than its own."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} x", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines += [f"Content-Length: {len(content) if length is None else length}", "", ""]
        return self.sends("\r\n".join(lines).encode() + content)

    def sends(self, raw: bytes) -> Self:
        return self.plays(lambda connection: connection.sendall(raw))

    def plays(self, act: Callable[[socket.socket], None]) -> Self:
        """Add an act. It gets the connection once the request has been read."""
        self.acts.append(act)
        return self

    def drips(self, start: bytes = b"", *, every: float = 0.05) -> Self:
        def act(connection: socket.socket) -> None:
            connection.sendall(start)
            while not self.over.wait(every):
                connection.sendall(b"a")

        return self.plays(act)

    def resets(self, after: bytes = b"") -> Self:
        def act(connection: socket.socket) -> None:
            connection.sendall(after)
            # Zero seconds of lingering turn the close into a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        return self.plays(act)

    def secure(self, context: Any) -> None:
        self.tls = context

    def close(self) -> None:
        if self.over.is_set():
            return
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=[connection])
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # What arrives need not be HTTP.
        with suppress(OSError, ValueError), connection:
            connection.settimeout(10)
            if self.tls:
                with self.tls.wrap_socket(connection, server_side=True) as secured:
                    self._talk(secured)
            else:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        self.requests.append(_read_request(connection))
        self.acts[min(len(self.requests), len(self.acts)) - 1](connection)


def _read_request(connection: socket.socket) -> Request:
    with connection.makefile("rb") as stream:
        method, target, _ = stream.readline().decode().split(" ")
        headers = {}
        while line := stream.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name] = value
        return Request(method, target, headers, stream.read(int(headers.get("Content-Length", 0))))


@pytest.fixture
def make_server() -> Iterator[Callable[[], Server]]:
    servers = []

    def make() -> Server:
        servers.append(Server())
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def server(make_server: Any) -> Server:
    return make_server()


class Unlimited:
    """A budget that lets everything go at once; what it was asked to pause is kept."""

    def __init__(self) -> None:
        self.pauses: list = []

    def take(self, **_: object) -> float:
        return 0

    def pause(self, *, api_key: str, family: str, seconds: float) -> None:
        self.pauses.append((api_key, family, seconds))


@pytest.fixture
def make_client() -> Iterator[Any]:
    clients = []

    def make(
        server: Any,
        *,
        attempts: int = 1,
        max_bytes: int = 1024 * 1024,
        budget: Any = None,
        **timeouts: float,
    ) -> VonageClient:
        patience = Timeouts(**({"connect": 2, "read": 5, "total": 10} | timeouts))
        url = server if isinstance(server, str) else server.url
        client = VonageClient(
            credentials=Credentials(api_key=KEY, api_secret=SECRET),
            hosts=Hosts(api=url, rest=url),
            timeouts=patience,
            retries=Retries(attempts=attempts, first_wait=0.01),
            max_bytes=max_bytes,
            budget=budget or Unlimited(),
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def ask(make_client: Any) -> Any:
    """Ask the server for the list of subaccounts, unread."""
    return lambda server, **options: make_client(server, **options).subaccounts.read()


@pytest.fixture
def body() -> Callable[[str], bytes]:
    return lambda name: (BODIES / f"{name}.json").read_bytes()


class Canary:
    """The secret in use, and the forms in which it must not turn up.

    It has no repr of its own, as it stands in the tests' local variables.
    """

    key, secret = KEY, SECRET
    token = "MGExYjJjM2Q6Q2FuYXJ5NFNlY3JldC1vZi10aGUtdGVzdHM="
    forms = (secret, token)


@pytest.fixture
def canary() -> Canary:
    return Canary()


@pytest.fixture
def bomb() -> bytes:
    """A gigabyte of spaces in about a megabyte, made piece by piece."""
    return _bomb()


def _bomb() -> bytes:
    piece = gzip.compress(b" " * (64 * 1024 * 1024), 9)
    return piece * 16


class Certificate(NamedTuple):
    """A server's side of TLS with a certificate that nobody vouches for."""

    path: Path
    context: ssl.SSLContext


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path / "certificate.pem"
    path.write_bytes(key.private_bytes(pem, *plain) + made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return Certificate(path, context)
