"""Finding one message in a real browser, on a desk and on a telephone."""

import re
import threading

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from log_search import keeping
from log_search.models import Search
from log_search.services import advancing, claims
from tests.browsing import find_nothing_serious, fit_in
from tests.usage.conftest import day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def searcher():
    """What the product's worker does, on a thread."""
    from django.db import connections

    over = threading.Event()

    def work() -> None:
        while not over.wait(1):
            for pk in claims.due(timezone.now()):
                advancing.advance(pk)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(30)


@pytest.mark.parametrize("width", [1280, 390])
def test_one_message_is_found(tab_of, sub, ask, follow, searcher, width):
    record = next(keeping.everything(follow(ask())))
    Search.objects.all().delete()
    tab = tab_of("owner", width)
    tab.goto("/w/harbour/")
    if width < 1000:
        tab.get_by_role("button", name="Menu").click()
    tab.get_by_role("link", name="Logs", exact=True).click()
    expect(tab.get_by_role("heading", name="No searches yet")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    tab.get_by_label("API key of the account").fill(sub.api_key)
    tab.get_by_label("Product").select_option("SMS")
    tab.locator("#id_starts_at").fill(f"{day(3):%Y-%m-%dT%H:%M}")
    tab.locator("#id_ends_at").fill(f"{day(0):%Y-%m-%dT%H:%M}")
    tab.get_by_label("To number").fill(f"+{record['to']}")
    tab.get_by_role("button", name="Search", exact=True).click()
    expect(tab.get_by_text(re.compile("Day . of 3"))).to_be_visible()
    find_nothing_serious(tab)
    # The page follows by itself.
    expect(tab.get_by_role("heading", name="Finished")).to_be_visible()
    expect(tab.get_by_text("1 record.")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    tab.locator("tbody a").click()
    expect(tab.get_by_text(record["id"], exact=True).first).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
