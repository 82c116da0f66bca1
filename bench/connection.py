"""A browser reduced to what is measured: one kept connection that asks and counts bytes."""

import socket
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

_PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Answer:
    """What came back. `head` is the status line with all headers, as sent."""

    status: int
    head: str
    body: bytes

    def header(self, name: str) -> str:
        """Return the value of a header, or nothing."""
        found = [line for line in self.head.splitlines() if line.lower().startswith(f"{name}:")]
        return found[0].partition(":")[2].strip() if found else ""

    @property
    def size(self) -> int:
        """Bytes on the line, headers included."""
        return len(self.head) + len(self.body)


class Connection:
    """Asks a server on this machine over one connection that is kept open."""

    def __init__(self, port: int, *, cookie: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = self._socket.makefile("rb")
        self._always = f"Host: 127.0.0.1:{port}\r\n" + (f"Cookie: {cookie}\r\n" if cookie else "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stream.close()
        self._socket.close()

    def get(self, path: str, **headers: str) -> Answer:
        """Return the answer to a GET; `hx_request="true"` sends the header `hx-request`."""
        given = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in headers.items())
        self._socket.sendall(f"GET {path} HTTP/1.1\r\n{self._always}{given}\r\n".encode())
        head = self._head()
        answer = Answer(int(head.split(" ", 2)[1]), head, b"")
        return replace(answer, body=self._body(answer))

    def _body(self, answer: Answer) -> bytes:
        if answer.header("transfer-encoding") != "chunked":
            return self._stream.read(int(answer.header("content-length") or 0))
        pieces = []
        while size := int(self._stream.readline(), 16):
            pieces.append(self._stream.read(size))
            self._stream.readline()
        self._stream.readline()
        return b"".join(pieces)

    def _head(self) -> str:
        lines = []
        while (line := self._stream.readline()) not in {b"\r\n", b""}:
            lines.append(line)
        if not lines:
            raise ConnectionError("the server hung up")
        return b"".join([*lines, b"\r\n"]).decode("latin-1")
