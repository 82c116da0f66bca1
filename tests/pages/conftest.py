import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture
def signed_in(client, owner):
    """A browser in which the primary user is signed in."""
    client.force_login(owner)
    return client


@pytest.fixture
def fill(workspace, mirror):
    """Mirror so many accounts without a network."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import Account, Balance, Mirror, Observation, Reading
    from accounts.naming import listing_key

    def make(number: int) -> list[Account]:
        now = timezone.now()
        rows = Account.objects.bulk_create(
            Account(
                workspace=workspace,
                api_key=f"{index:08x}",
                name=f"Customer {index:03d}",
                listing_key=listing_key(f"Customer {index:03d}", f"{index:08x}"),
                is_primary=index == 0,
                shares_balance=index % 5 == 4,
                suspended=index % 7 == 6,
                created_at=now,
                first_seen_at=now,
            )
            for index in range(number)
        )
        own = [row for row in rows if not row.shares_balance]
        for place, row in enumerate(own):
            Balance.objects.create(
                account=row, workspace=workspace, balance=place - 2, credit_limit=-place % 3 - 3
            )
            for minute in range(3):
                Reading.objects.create(
                    account=row, at=now - timedelta(minutes=minute), balance=minute + place
                )
        Observation.objects.create(workspace=workspace, account=rows[-1], at=now, kind="created")
        Mirror.objects.update(
            read_at=now,
            tried_at=now,
            accounts=number,
            shared=number - len(own),
            total_balance=5,
            total_credit_limit=-7,
            due_at=now + timedelta(minutes=1),
        )
        return rows

    return make


@pytest.fixture
def answering():
    """Start servers that give one answer to whatever is asked."""
    running = []

    def start(status: int, body: bytes) -> str:
        class Always(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Always)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def hanging():
    """Listen and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
