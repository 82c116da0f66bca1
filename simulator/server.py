"""A threaded HTTP/1.1 server for the application, from the standard library alone."""

import io
import logging
import socket
import socketserver
import ssl
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from simulator.app import REQUEST_ID, Application
from simulator.fault_kinds import play
from simulator.faults import Faults
from simulator.line import Answer, Line
from simulator.state import State, utc_now

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

LARGEST_BODY = 1024 * 1024  # bytes; the largest body that the APIs know has a few hundred
LENGTH_DIGITS = 10  # a longer Content-Length is not worth reading
NOT_HTTP_ = {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"}  # PEP 3333 names these two differently
NOISE = b"This is no handshake.\r\n" * 4
IDLE_SECONDS = 75  # a silent or stuck client is let go after so long
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens at `url` (no slash at the end)."""

    url: str
    state: State
    faults: Faults


@contextmanager
def serve(
    state: State,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    faults: Faults | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Running]:
    """Answer for `state` in threads until the block ends. Port 0 takes a free one.

    With `tls` (see `simulator.tls`) it speaks HTTPS only. OSError where host and port cannot be
    had.
    """
    application = Application(state, faults=faults)
    server = Server((host, port), application, faults=application.faults, now=state.now, tls=tls)
    with answering(server):
        scheme = "http" if tls is None else "https"
        yield Running(f"{scheme}://{host}:{server.server_port}", state, application.faults)


@contextmanager
def answering(server: "Server") -> Iterator[None]:
    """Let a server answer in threads until the block ends; then close it."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


class Server(ThreadingHTTPServer):
    """Runs a WSGI application; on closing it hangs up on everyone who is still connected.

    `faults` strike before and around the application; `now` is what the header Date says.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        application: "WSGIApplication",
        *,
        faults: Faults | None = None,
        now: Callable[[], datetime] = utc_now,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.application = application
        self.faults = faults or Faults()
        self.now = now
        self.tls = tls
        self.connections: set[socket.socket] = set()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without the base class's look-up of the host's full name, which may take long."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def server_close(self) -> None:
        """Stop listening and hang up, so that waiting keep-alive threads end too."""
        super().server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Say what went wrong, except when the other side merely left."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError | ssl.SSLError):
            logger.error("A connection failed.", exc_info=error)


class Handler(BaseHTTPRequestHandler):
    """Reads requests from one connection and runs the application for each."""

    protocol_version = "HTTP/1.1"
    server_version = "Simulator"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and a small body leave in one packet
    timeout = IDLE_SECONDS
    server: Server

    def setup(self) -> None:
        """Begin with a connection: shake hands where TLS is spoken."""
        if self.server.tls is not None:
            self.request.settimeout(self.timeout)
            if self.server.faults.strike_connection():
                self.request.sendall(NOISE)
                raise ConnectionAbortedError("A fault: no handshake.")
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        """End with a connection."""
        self.server.connections.discard(self.connection)
        super().finish()
        if self.server.tls is not None:
            self.request.close()  # the base class knows the socket below it only

    def answer(self) -> None:
        """Run the application for the request that was just parsed."""
        body = self._body()
        if body is None:
            self.close_connection = True
            return
        environ = self._environ(body)
        fault = self.server.faults.strike(
            self.command, environ["PATH_INFO"], request_id=environ[REQUEST_ID]
        )
        if fault is None:
            self._send(self._run(environ))
        else:
            play(fault, Line(self, environ, self._run), self.server.faults)

    do_GET = do_HEAD = do_POST = do_PUT = answer  # noqa: N815 - the base class looks for them
    do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = answer  # noqa: N815 - as above

    def log_message(self, *_: object) -> None:
        """Keep silent: an access log would write down credentials sent in the query."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the header Date: the simulated clock's, which may be wrong on purpose."""
        return super().date_time_string(timestamp or self.server.now().timestamp())

    def _run(self, environ: "WSGIEnvironment") -> Answer:
        """Return what the application answers."""
        status = ""
        headers: list[tuple[str, str]] = []

        def start_response(
            line: str, given: list[tuple[str, str]], _exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            nonlocal status
            status, headers[:] = line, given
            return self.wfile.write

        content = self.server.application(environ, start_response)
        try:
            body = b"".join(content)
        finally:
            getattr(content, "close", lambda: None)()
        code, _, phrase = status.partition(" ")
        return Answer(int(code), phrase, tuple(headers), body)

    def _body(self) -> bytes | None:
        """Return the body; None where it cannot be read, which ends the connection."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            return self._refuse(411)
        if not (length.isascii() and length.isdigit()):
            return self._refuse(400)
        if len(length) > LENGTH_DIGITS or int(length) > LARGEST_BODY:
            return self._refuse(413)
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else None  # less: the other side left

    def _refuse(self, status: int) -> bytes | None:
        self.send_error(status)
        return None

    def _environ(self, body: bytes) -> "WSGIEnvironment":
        path, _, query = self.path.partition("?")
        names = {"HTTP_" + name.upper().replace("-", "_"): name for name in self.headers}
        headers = {key: self.headers[name] for key, name in names.items() if key not in NOT_HTTP_}
        return {
            **headers,
            REQUEST_ID: str(uuid.uuid4()),
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http" if self.server.tls is None else "https",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status, answer.phrase)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
