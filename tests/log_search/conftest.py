"""The scene of usage: a subaccount old enough to have records, and a quick Vonage."""

import re

import pytest
from django.utils import timezone

from log_search.models import Search
from log_search.services import advancing, asking
from log_search.terms import Wanted
from tests.operations.conftest import (  # noqa: F401 - fixtures
    harbour,
    later,
    primary,
    sub,
    times,
)
from tests.usage.conftest import aged, day, quick, rings  # noqa: F401 - fixtures


@pytest.fixture
def wanted(sub):  # noqa: F811 - the fixture
    def make(**more):
        given = {"account": sub, "product": "SMS", "direction": "outbound"}
        given |= {"starts_at": day(3), "ends_at": day(1)}
        return Wanted(**{**given, **more})

    return make


@pytest.fixture
def ask(actor, wanted):
    def make(token="a form", *, by=actor, **more):
        return asking.ask(by, wanted(**more), token=token)[0]

    return make


@pytest.fixture
def follow():
    """Fetch all pages, whatever is waited for, and return the search."""

    def run(search, steps=60):
        for _ in range(steps):
            Search.objects.filter(pk=search.pk, due_at__isnull=False).update(due_at=timezone.now())
            if not advancing.advance(search.pk):
                break
        search.refresh_from_db()
        return search

    return run


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())
