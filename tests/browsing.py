"""A real browser for tests: pages are looked at when they are whole, never a moment before."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PATIENCE = 20_000  # milliseconds, for a machine that is busy
UNDER_WAY = ".htmx-request, .htmx-swapping, .htmx-settling"
Picture = Callable[[Page, str], None]


@contextmanager
def started_chromium() -> Iterator[Browser]:
    """Start the system's browser; nothing is downloaded."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("NO BROWSER TESTS: there is no chromium on this machine (Debian: chromium)")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser beside a server in this process."""
    with pytest.MonkeyPatch.context() as patch, started_chromium() as started:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # a loop runs in this thread
        yield started


@pytest.fixture
def worker(harbour) -> Iterator[None]:
    """What the product's worker does, on a thread: send, settle, read the books."""
    from django.db import connections
    from django.utils import timezone

    from operations.services import sending, settling
    from subaccounts.services import books

    over = threading.Event()

    def work() -> None:
        while not over.wait(0.1):
            sending.send_ready()
            settling.settle_due(timezone.now())
            books.audit_due(timezone.now())
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(30)


@pytest.fixture
def tab_of(chromium, live_server, worker) -> Iterator[Callable[..., Page]]:
    """Sign somebody in, in a browser of their own. A refused form is asked for here."""
    opened, said = [], []

    def sign_in(name: str, width: int = 1280) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}
        )
        opened.append(context)
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        give_password(tab, name)
        expect(tab.get_by_role("heading", name="Overview")).to_be_visible()
        return tab

    yield sign_in
    for context in opened:
        context.close()
    assert [each for each in said if "422" not in each] == []


@pytest.fixture
def picture() -> Picture:
    """Keep a picture where `PICTURES` names a folder."""
    folder = os.environ.get("PICTURES")

    def take(tab: Page, name: str) -> None:
        if folder:
            settle(tab)
            tab.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take


def give_password(tab: Page, name: str) -> None:
    """Sign in as one of the cast."""
    tab.goto("/sign-in/")
    tab.get_by_label("User name or e-mail").fill(name)
    tab.get_by_label("Password", exact=True).fill(f"{name} and a long password")
    tab.get_by_role("button", name="Sign in", exact=True).click()


def settle(tab: Page) -> None:
    """Wait until the page is whole, and nothing that it asked for by itself is under way."""
    tab.wait_for_load_state()
    expect(tab.locator(UNDER_WAY)).to_have_count(0)


def find_nothing_serious(tab: Page, name: str = "") -> None:
    """Assert that the page is accessible, as far as a program can tell."""
    settle(tab)
    found = Axe().run(tab).response["violations"]
    serious = [each["id"] for each in found if each["impact"] in {"serious", "critical"}]
    assert serious == [], (name or tab.url, found)


def fit_in(tab: Page, name: str = "") -> None:
    """Assert that nothing of the page reaches beyond the screen."""
    settle(tab)
    too_wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert too_wide <= 0, (name or tab.url, f"{too_wide} pixels too wide")
