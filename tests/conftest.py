"""The cast: a workspace, its primary user, a stranger, and a Vonage of their own."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import pytest
from django.conf import settings

from dashboard.supervisor import redis_server
from dashboard.supervisor.addresses import redis_socket
from simulator.customer import build
from simulator.faults import Faults
from simulator.money import Funds
from simulator.server import serve
from simulator.state import State
from tests.browsing import chromium, picture, tab_of, worker  # noqa: F401 - fixtures


@pytest.fixture(scope="session", autouse=True)
def redis_running() -> Iterator[None]:
    """Start a server of this process's own, unless the environment names one."""
    if os.environ["REDIS_URL"]:
        yield
        return
    home = settings.ENV.home
    socket = redis_socket(home)
    redis_server.make_socket_folder(socket)
    program = redis_server.find_server()
    assert program, "no Valkey or Redis server was found"
    server = subprocess.Popen(redis_server.command(program, socket=socket, home=home))
    deadline = time.monotonic() + 10
    while not socket.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    yield
    server.terminate()
    server.wait(10)


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Leave nothing of one test to the next."""
    from django.core.cache import cache

    from dashboard.cache import ForgivingRedisCache

    ForgivingRedisCache.asleep_until = 0.0
    yield
    cache.clear()


@contextmanager
def _triggers_lifted() -> Iterator[None]:
    """Take the triggers of the audit book away, as a superuser of the database could."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            tables = (
                *("audit_chain", "audit_checkpoint", "audit_entry"),
                *("operations_operation", "operations_transition"),
            )
            lift = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
            restore = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = cursor.fetchall()
            lift = [f"DROP TRIGGER {name}" for name, _ in found]
            restore = [sql for _, sql in found]
        for statement in lift:
            cursor.execute(statement)
        yield
        for statement in restore:
            cursor.execute(statement)


@pytest.fixture
def triggers_lifted():
    """A context in which the audit book can be tampered with."""
    return _triggers_lifted


@pytest.fixture(scope="session", autouse=True)
def flush_lifts_the_triggers() -> Iterator[None]:
    """Let the tables be emptied after a test that commits; nothing else gets past the triggers.

    Content types and permissions, which nothing here asks for, are not made again each time: that
    took ten times as long as emptying.
    """
    from django.core.management import call_command
    from django.test import TransactionTestCase

    def lift_and_flush(_case: TransactionTestCase) -> None:
        with _triggers_lifted():
            call_command(
                "flush",
                verbosity=0,
                interactive=False,
                reset_sequences=False,
                inhibit_post_migrate=True,
            )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lift_and_flush)
        yield


@pytest.fixture(autouse=True)
def nobody_waits_for_a_permit(monkeypatch) -> None:
    """Let the simulator be asked without pauses; tests of the budget have budgets of their own."""
    from accounts.services import vonage
    from vonage_api.budget import Family
    from vonage_api.redis_budget import RedisBudget

    plenty = partial(RedisBudget, per_second=dict.fromkeys(Family, 10_000))
    monkeypatch.setattr(vonage, "RedisBudget", plenty)


@pytest.fixture(autouse=True)
def signing_in_shows_a_password(monkeypatch) -> None:
    """Let `force_login` count as what it stands for: the person gave the password just now."""
    from django.test import Client

    force_login = Client.force_login

    def sign_in(client: Client, user, backend=None) -> None:
        force_login(client, user, backend)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()

    monkeypatch.setattr(Client, "force_login", sign_in)


@pytest.fixture(autouse=True)
def own_transaction_of_a_test_does_not_count(monkeypatch) -> None:
    """Refuse an audit entry outside the code's own transaction, as it is refused in production."""
    from django.db import connection

    from audit import writing

    def in_transaction() -> bool:
        return not all(block._from_testcase for block in connection.atomic_blocks)

    monkeypatch.setattr(writing, "_in_transaction", in_transaction)


@dataclass
class Vonage:
    """A simulator on a socket, and what signs in there."""

    state: State
    faults: Faults
    url: str
    api_key: str = "abcd1234"
    api_secret: str = "Simulator0Secret"

    def subaccount(self, name: str, *, balance: str | None = None, limit: str = "0") -> str:
        """Add a subaccount, with a balance of its own if one is given; return its key."""
        made = self.state.create_subaccount(name=name, shared=balance is None)
        if balance is not None:
            self.state.set_funds(made.api_key, Funds(Decimal(balance), Decimal(limit)))
        return made.api_key


@pytest.fixture
def vonage(settings) -> Iterator[Vonage]:
    """Answer as Vonage, with a postpaid primary account and no subaccounts."""
    state = build(api_key=Vonage.api_key, api_secret=Vonage.api_secret, subaccounts=0, seed="1")
    state.set_funds(Vonage.api_key, Funds(Decimal("27.4572"), Decimal(-100)))
    with serve(state) as running:
        settings.VONAGE_HOSTS = (running.url, running.url)
        yield Vonage(state, running.faults, running.url)


@pytest.fixture
def owner(db):
    """The primary user."""
    return _person("owner")


@pytest.fixture
def stranger(db):
    """Somebody with a login and no part in the workspace."""
    return _person("stranger")


@pytest.fixture
def workspace(owner):
    from teams.models import Workspace

    return Workspace.objects.create(slug="harbour", name="Harbour Messaging", primary_user=owner)


@pytest.fixture
def actor(owner, workspace):
    from teams.policy import Actor

    return Actor(owner, workspace)


@pytest.fixture
def mirror(workspace):
    """A workspace that has never been read."""
    from accounts.models import Mirror

    return Mirror.objects.create(workspace=workspace)


@pytest.fixture
def connection(workspace, mirror, vonage):
    """The workspace's connection to the simulator."""
    from accounts.models import Connection
    from vault.fields import seal_into
    from vault.secret import Secret

    row = Connection(workspace=workspace, api_key=vonage.api_key, api_host=vonage.url)
    seal_into(row, "api_secret", Secret(vonage.api_secret))
    row.save()
    return row


@pytest.fixture
def read(connection):
    """Read the workspace from Vonage now, whatever is due."""
    from django.utils import timezone

    from accounts.models import Mirror
    from accounts.services import sync

    def run() -> bool:
        Mirror.objects.filter(workspace=connection.workspace_id).update(due_at=timezone.now())
        claim = sync.take(connection.workspace_id, timezone.now())
        assert claim is not None
        return sync.run(claim)

    return run


def _person(name: str):
    from allauth.account.models import EmailAddress

    from teams.models import User

    user = User.objects.create_user(
        username=name, email=f"{name}@example.com", password=f"{name} and a long password"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
