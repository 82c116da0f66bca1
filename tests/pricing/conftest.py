"""A mirrored workspace, and a Vonage whose prices can be changed."""

import threading
from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.services import vonage as ways
from pricing.models import PriceBook
from pricing.services import claims, reading
from simulator import prices
from tests.operations.conftest import (  # noqa: F401 - fixtures
    harbour,
    later,
    primary,
    sub,
    times,
)
from vonage_api.budget import Family, MemoryBudget


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Let the tests not wait a second for each product."""
    budget = MemoryBudget(per_second={Family.PRICING: 300})
    monkeypatch.setattr(ways, "_budget", lambda: budget)


@pytest.fixture
def countries(monkeypatch):
    """Change what Vonage lists: `countries(DE={"sms": "1"}, FR=None)`; None takes one away."""

    def change(**changes):
        listed = (
            replace(each, **(changes.get(each.code, {}) or {}))
            for each in prices.COUNTRIES
            if changes.get(each.code, {}) is not None
        )
        monkeypatch.setattr(prices, "COUNTRIES", tuple(listed))

    return change


@pytest.fixture
def read_prices(primary):  # noqa: F811 - the fixture
    """Read all prices now, whatever is due; return whether all of it worked."""

    def run() -> bool:
        PriceBook.objects.update(due_at=timezone.now(), rests_until=None)
        claim = claims.take(primary.workspace_id, timezone.now())
        assert claim is not None
        return reading.run(claim)

    return run


@pytest.fixture
def reader(read_prices, primary):  # noqa: F811 - the fixture
    """What the product's worker does, on a thread: read what is due."""
    from django.db import connections

    over = threading.Event()

    def work() -> None:
        while not over.wait(0.1):
            if not PriceBook.objects.exists():  # nobody has asked
                continue
            claim = claims.take(primary.workspace_id, timezone.now())
            if claim:
                reading.run(claim)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(30)
