"""Answers that end by the clock on the wall.

The read timeout of a socket starts anew with every byte, so a server that sends one byte now and
then, in the headers or in the body, could hold us for hours. Here every read from the socket gets
only the time that is left for the whole call.
"""

import http.client
import io
import math
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import urllib3.connection
import urllib3.connectionpool
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_deadline: ContextVar[float] = ContextVar("vonage_api_deadline", default=math.inf)


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """Give the requests begun inside until `deadline`, on the clock of `time.monotonic`."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        if left < (self._sock.gettimeout() or math.inf):
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """As much of a socket as `http.client` needs to read an answer."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, _deadline.get()))


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(cast("socket.socket", _TimedSocket(sock)), *args, **kwargs)


class TimedHTTPConnection(urllib3.connection.HTTPConnection):
    """A connection whose answers keep to the deadline set by `until`."""

    response_class = _TimedResponse


class TimedHTTPSConnection(urllib3.connection.HTTPSConnection):
    """The same with TLS."""

    response_class = _TimedResponse


class _HTTPPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = TimedHTTPConnection


class _HTTPSPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = TimedHTTPSConnection


class DeadlineAdapter(HTTPAdapter):
    """Connections for `requests` that keep to the deadline set by `until`. Nothing is repeated."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use our connections instead of the library's."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
