import gzip
import socket
import tracemalloc
from typing import Any

import pytest

from vonage_api import errors

MEGABYTE = 1024 * 1024


def test_largest_body_fits(server: Any, ask: Any) -> None:
    server.answers(b" " * MEGABYTE)
    assert len(ask(server, max_bytes=MEGABYTE)) == MEGABYTE
    with pytest.raises(errors.TooLarge):
        ask(server, max_bytes=MEGABYTE - 1)


@pytest.mark.parametrize("status", [200, 302, 500])
def test_gigabyte_is_not_read(server: Any, ask: Any, status: int) -> None:
    sent = []

    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 %d x\r\nContent-Length: 1000000000\r\n\r\n" % status)
        while len(sent) < 1000:
            connection.sendall(b" " * 1_000_000)
            sent.append(1)

    server.plays(pour)
    with pytest.raises(errors.VonageError) as caught:
        ask(server)
    assert isinstance(caught.value, errors.TooLarge) == (status == 200)
    server.close()
    assert len(sent) < 50  # what the sockets' buffers took


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("status", [200, 500])
def test_bomb_is_not_unpacked(
    *, server: Any, ask: Any, bomb: bytes, status: int, chunked: bool
) -> None:
    start = b"HTTP/1.1 %d x\r\nContent-Encoding: gzip\r\n" % status
    if chunked:
        frame = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(bomb), bomb)
    else:
        frame = b"Content-Length: %d\r\n\r\n%b" % (len(bomb), bomb)
    server.sends(start + frame)
    tracemalloc.start()
    with pytest.raises((errors.TooLarge, errors.ServerFailed)):
        ask(server)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MEGABYTE


def test_compressed_answers_are_read(server: Any, ask: Any, body: Any) -> None:
    packed = gzip.compress(body("subaccounts"))
    server.answers(packed, headers={"Content-Encoding": "gzip"})
    assert ask(server) == body("subaccounts")


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "nonsense"])
def test_other_compressions_are_malformed(server: Any, ask: Any, encoding: str) -> None:
    server.answers(b"x" * 99, headers={"Content-Encoding": encoding})
    with pytest.raises(errors.Malformed):
        ask(server)


def test_broken_compression_is_malformed(server: Any, ask: Any) -> None:
    server.answers(b"not packed at all", headers={"Content-Encoding": "gzip"})
    with pytest.raises(errors.Malformed):
        ask(server)
