"""An HTTP server that hands out one prepared list of subaccounts, so that only its reader costs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from simulator.exchange import Body

API_KEY = "abcd1234"
API_SECRET = "Bench0Secret"  # noqa: S105 - opens nothing


class Vonage(ThreadingHTTPServer):
    """Answers every GET with `body`, packed where the reader takes that."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = Body(b"{}")

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Vonage

    def do_GET(self) -> None:
        packs = "gzip" in self.headers.get("Accept-Encoding", "")
        content = self.server.body.packed if packs else self.server.body.plain
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if packs:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def vonage() -> Iterator[Vonage]:
    """Run the server in a thread until the block ends."""
    with Vonage() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
