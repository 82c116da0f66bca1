import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import LazySettings
from redis import Redis

from dashboard.supervisor.probes import (
    WORKER_READY,
    forget_worker,
    http_answers,
    redis_answers,
    worker_answers,
)


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/livez" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server.server_port
        server.shutdown()


def test_only_200_is_an_answer(port: int) -> None:
    assert asyncio.run(http_answers(port, "/livez")())
    assert not asyncio.run(http_answers(port, "/other")())


def test_a_refused_connection_is_no_answer() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert not asyncio.run(http_answers(unused.getsockname()[1], "/livez")())


def test_a_server_that_hangs_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.supervisor.probes._ANSWER_WITHIN", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as hangs:
        assert not asyncio.run(http_answers(hangs.getsockname()[1], "/livez")())


def test_no_redis_is_no_answer(tmp_path: Path) -> None:
    url = f"unix://{tmp_path}/redis.sock"
    assert not asyncio.run(redis_answers(url)())
    assert not asyncio.run(worker_answers(url)())


def test_a_worker_shows_itself_in_redis(settings: LazySettings) -> None:
    url = settings.ENV.redis_url
    with Redis.from_url(url) as server:
        assert asyncio.run(redis_answers(url)())
        server.set(WORKER_READY, 1, ex=5)
        assert asyncio.run(worker_answers(url)())
        asyncio.run(forget_worker(url))
        assert not asyncio.run(worker_answers(url)())
