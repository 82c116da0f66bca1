"""One request on its connection, for answers that a well-behaved server would never give."""

import io
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from simulator.exchange import STALE

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

LOOK_SECONDS = 0.05  # how often a waiting thread looks whether the client has left
GONE_AT_ONCE = struct.pack("ii", 1, 0)  # linger not at all: closing sends a reset


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered: status line, headers, body."""

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def having(self, **headers: str) -> "Answer":
        """Return the same with some headers set; `Retry_After` stands for `Retry-After`."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        lowered = {name.lower() for name in names}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in lowered)
        return replace(self, headers=(*kept, *names.items()))

    def lacking(self, name: str) -> "Answer":
        """Return the same without a header."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=kept)

    def saying(self, body: bytes) -> "Answer":
        """Return the same with another body, and its length."""
        return replace(self, body=body).having(Content_Length=str(len(body)))


Runner = Callable[["WSGIEnvironment"], Answer]


class Line:
    """The request, the application that may answer it, and the bare connection."""

    def __init__(
        self, handler: BaseHTTPRequestHandler, environ: "WSGIEnvironment", run: Runner
    ) -> None:
        self.path = str(environ["PATH_INFO"])
        self.url = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', 'localhost')}"
        self.target = handler.path
        self._handler = handler
        self._body = environ["wsgi.input"].read()
        self._environ = environ
        self._run = run

    def run(self, *, stale_seconds: float = 0) -> Answer:
        """Do what the request asks for, once more each time; the answer is not packed."""
        environ = {**self._environ, "wsgi.input": io.BytesIO(self._body), STALE: stale_seconds}
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        return self._run(environ)

    def run_later(self, seconds: float) -> None:
        """Do what the request asks for when everybody has given up; nobody gets the answer."""
        timer = threading.Timer(seconds, self.run)
        timer.daemon = True
        timer.start()

    def send(self, answer: Answer) -> None:
        """Send an answer; it need not be a sound one."""
        handler = self._handler
        handler.send_response(answer.status, answer.phrase)
        for name, value in answer.headers:
            handler.send_header(name, value)
        handler.end_headers()
        self.write(answer.body)

    def send_as_1_0(self, answer: Answer) -> None:
        """Send an answer as servers did in 1996: the end of the connection is its end."""
        self._handler.protocol_version = "HTTP/1.0"
        self.send(answer.lacking("Content-Length"))
        self.hang_up()

    def write(self, data: bytes) -> None:
        """Send bytes, at once."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def hang_up(self) -> None:
        """Say no more on this connection."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Tear the connection down, so that the client sees a reset."""
        self.hang_up()
        connection = self._handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, GONE_AT_ONCE)
        with suppress(OSError):
            os.close(connection.detach())

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the client leaves; tell whether it is still there."""
        connection, until = self._handler.connection, time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(min(left, LOOK_SECONDS))
            try:
                if connection.recv(1) == b"":
                    return False
            except TimeoutError:
                continue
            except OSError:
                return False
        connection.settimeout(self._handler.timeout)
        return True
