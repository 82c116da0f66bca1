"""The run: the simulator, Redis and a worker behind its broker, and somebody who walks."""

import secrets
import time
from decimal import Decimal

import pytest
from redis import Redis

from simulator.customer import build
from simulator.money import Funds
from simulator.server import serve
from tests.canary import walk as chapters
from tests.canary.canaries import Places
from tests.canary.watching import (
    ADMIN,
    add_database,
    add_mails,
    add_process,
    add_redis,
    everything_logged,
    redis_overheard,
)
from tests.conftest import Vonage
from tests.operations.conftest import later, times  # noqa: F401 - fixtures

SECRET = f"Vonage7{secrets.token_hex(9)}"
"""Of the primary account: no secret of the other tests, which their environment holds."""
PATIENCE = 60  # seconds, for a machine that is busy


@pytest.fixture
def places():
    return Places()


@pytest.fixture
def watched(places, settings, worker):
    """Let everything be kept, until it is gathered."""
    settings.ADMINS = [ADMIN]
    settings.EMAIL_HOST = "mail.example.com"
    # The worker comes first: as it starts, it sets up how things are logged.
    with everything_logged(places), redis_overheard(places):
        yield places


@pytest.fixture
def gather(watched):
    """Add what is left at the end."""

    def run():
        add_database(watched)
        add_redis(watched)
        add_mails(watched)
        add_process(watched, "self")
        return watched

    return run


@pytest.fixture
def worker(transactional_db, settings):
    """A worker of Celery's on a thread, which takes its tasks from Redis."""
    from celery.contrib.testing.worker import start_worker

    from dashboard.celery import app

    with Redis.from_url(settings.ENV.redis_url) as server:
        server.flushdb()
    how = {"pool": "threads", "concurrency": 2, "perform_ping_check": False, "loglevel": "DEBUG"}
    with start_worker(app, queues=["celery", "money"], **how) as running:
        yield running


@pytest.fixture
def until(watched, later):  # noqa: F811 - the fixture
    """Let time pass, and let what is scheduled be done by the worker, until a condition holds."""
    from accounts.tasks import sync_due_workspaces
    from api_secrets.tasks import advance_rotations
    from log_search.tasks import advance_searches
    from operations.models import Operation
    from operations.tasks import settle, tell

    def wait(condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, vars(Operation.objects.last())
            for each in (sync_due_workspaces, advance_rotations, advance_searches, settle, tell):
                each.delay()
            time.sleep(0.15)
            later(2)

    return wait


@pytest.fixture
def vonage(settings):
    """Answer as Vonage, with a secret of this run's own."""
    state = build(api_key=Vonage.api_key, api_secret=SECRET, subaccounts=0, seed="1")
    state.set_funds(Vonage.api_key, Funds(Decimal("27.4572"), Decimal(-100)))
    with serve(state) as running:
        settings.VONAGE_HOSTS = (running.url, running.url)
        yield Vonage(state, running.faults, running.url, api_secret=SECRET)


@pytest.fixture
def walk(watched, vonage, until, monkeypatch, times):  # noqa: F811 - the fixture
    """Return a walk that nobody has begun, with four subaccounts at Vonage."""
    from operations.services.sending.beginning import begin

    begin()
    for name in ("Harbour Hotel", "Harbour Ferry", "Harbour Pier", "Harbour Light"):
        vonage.subaccount(name, balance="10")
    walk = chapters.Walk(vonage, monkeypatch, until, watched)
    walk.know("API secret of the connection", vonage.api_secret)
    return walk
