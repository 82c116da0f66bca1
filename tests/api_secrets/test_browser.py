"""Replacing an API secret in a real browser, on a desk and on a telephone."""

import re
import threading
from urllib.parse import urlsplit

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from api_secrets.models import Rotation
from api_secrets.services import rotating
from tests.browsing import find_nothing_serious, fit_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rotating_worker():
    """What the product's worker does for rotations, on a thread."""
    over = threading.Event()

    def work():
        while not over.wait(0.2):
            Rotation.objects.update(look_at=timezone.now())  # nobody waits for seconds here
            rotating.advance_due(timezone.now())
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(30)


@pytest.fixture
def developer(chromium, live_server):
    """A browser of the customer's developer, who has no login: a telephone in the dark."""
    with chromium.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
        java_script_enabled=False,
    ) as context:
        yield context.new_page()


def test_developer_takes_the_new_secret_and_the_old_one_is_revoked(
    tab_of,
    developer,
    sub,
    vonage,
    picture,
    rotating_worker,
):
    tab = tab_of("owner")
    page = f"/w/harbour/accounts/{sub.api_key}/secrets/"
    tab.goto(page)
    tab.get_by_role("button", name="Read now").click()
    tab.get_by_role("link", name="Replace it").click()
    expect(tab.get_by_role("button", name="Begin")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, "rotate")
    tab.get_by_role("button", name="Begin").click()
    tab.get_by_role("link", name="Show it or hand it over").click()
    tab.get_by_role("button", name="Hand it over").click()
    expect(tab.locator("code.secret")).to_have_count(2)
    link, code = tab.locator("code.secret").all_inner_texts()
    find_nothing_serious(tab)
    picture(tab, "offered")

    developer.goto(urlsplit(link).path)
    developer.get_by_label("Code").fill(code)
    picture(developer, "taking-dark-narrow")
    developer.get_by_role("button", name="Show the secret, once").click()
    value = developer.locator("code.secret").inner_text()
    assert vonage.state.authenticate(api_key=sub.api_key, secret=value)
    picture(developer, "taken-dark-narrow")
    developer.get_by_role("button", name="The new secret is in use").click()
    expect(developer.get_by_text("Thank you")).to_be_visible()
    assert value not in developer.content()

    tab.goto(page)
    expect(tab.get_by_role("heading", name=re.compile("^Replaced"))).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, "replaced")
    assert len(vonage.state.account(sub.api_key).secrets) == 1
    assert vonage.state.authenticate(api_key=sub.api_key, secret=value)


@pytest.mark.parametrize("width", [1280, 390])
def test_secret_is_replaced(tab_of, sub, width, picture):
    tab = tab_of("owner", width)
    tab.goto(f"/w/harbour/accounts/{sub.api_key}/")
    tab.get_by_role("main").get_by_role("link", name="API secrets").click()
    expect(tab.get_by_text("Never read from Vonage")).to_be_visible()
    tab.get_by_role("button", name="Read now").click()
    expect(tab.get_by_text("The only one cannot be revoked.")).to_be_visible()
    picture(tab, f"secrets-one-{width}")
    tab.get_by_role("link", name="Add a secret").click()
    tab.get_by_role("button", name="See what it does").click()
    expect(tab.get_by_role("button", name="Do it")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"secrets-draft-{width}")
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible()
    tab.get_by_role("button", name="Show the secret, once").click()
    value = tab.locator("code.secret")
    expect(value).to_have_text(re.compile(r"^\w{24}$"))
    secret = value.inner_text()
    find_nothing_serious(tab)
    picture(tab, f"secrets-shown-{width}")
    tab.goto(f"/w/harbour/accounts/{sub.api_key}/secrets/")
    expect(tab.get_by_role("row")).to_have_count(3)
    assert secret not in tab.content()
    fit_in(tab)
    find_nothing_serious(tab)
    picture(tab, f"secrets-two-{width}")
    tab.get_by_role("link", name="Revoke").last.click()
    tab.get_by_role("button", name="See what it does").click()
    tab.get_by_label(re.compile("to say that you mean it")).fill(sub.api_key)
    picture(tab, f"secrets-revoke-{width}")
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible()
    tab.goto(f"/w/harbour/accounts/{sub.api_key}/secrets/")
    expect(tab.get_by_role("heading", name="Gone")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"secrets-gone-{width}")
