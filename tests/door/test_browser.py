"""The door in a real browser, with an authenticator of its own for passkeys. AU-6, BR-2, BR-9.

Nothing may be reported on the way: no script error, no breach of the policy.
"""

import os
import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browsing import find_nothing_serious, fit_in, give_password

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def tab(chromium, live_server) -> Iterator[Page]:
    """A page by a name, which passkeys need, on which nothing may be reported."""
    context = chromium.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield tab
    context.close()
    assert said == []


@pytest.fixture
def authenticator(tab):
    """What keeps passkeys for the browser."""
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, made["authenticatorId"]


def add_passkey(tab: Page) -> None:
    tab.goto(reverse("security"))
    tab.get_by_role("link", name="Add a passkey").click()
    expect(tab.get_by_role("button", name="Add the passkey")).to_be_visible()
    find_nothing_serious(tab)
    tab.get_by_role("button", name="Add the passkey").click()
    expect(tab.get_by_role("heading", name="Recovery codes")).to_be_visible()


def sign_out(tab: Page) -> None:
    tab.goto(reverse("account_logout"))
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()


def test_passkey_is_added_and_signs_in_alone(tab, authenticator, owner, workspace):
    give_password(tab, "owner")
    expect(tab).to_have_url(re.compile("/w/harbour/"))
    add_passkey(tab)
    find_nothing_serious(tab)
    owner.refresh_from_db()
    assert owner.has_second_factor
    sign_out(tab)
    find_nothing_serious(tab)
    tab.get_by_role("button", name="Sign in with a passkey").click()
    expect(tab).to_have_url(re.compile("/w/harbour/"))


def test_passkey_is_the_second_step_after_the_password(tab, authenticator, owner, workspace):
    give_password(tab, "owner")
    add_passkey(tab)
    sign_out(tab)
    give_password(tab, "owner")
    expect(tab.get_by_role("heading", name="Second factor")).to_be_visible()
    find_nothing_serious(tab)
    tab.get_by_role("button", name="Use a passkey").click()
    expect(tab).to_have_url(re.compile("/w/harbour/"))


def test_passkey_confirms_who_is_there(tab, authenticator, owner, workspace, settings):
    give_password(tab, "owner")
    add_passkey(tab)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    tab.goto(reverse("mfa_generate_recovery_codes"))
    expect(tab.get_by_role("heading", name="Is it still you?")).to_be_visible()
    find_nothing_serious(tab)
    tab.get_by_role("link", name="Use a passkey").click()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    tab.get_by_role("button", name="Use a passkey").click()
    expect(tab.get_by_role("heading", name="Make new recovery codes?")).to_be_visible()


def test_passkey_is_renamed_and_removed(tab, authenticator, owner, workspace):
    give_password(tab, "owner")
    add_passkey(tab)
    tab.get_by_role("link", name="I have kept them").click()
    tab.get_by_role("link", name="Rename").click()
    tab.get_by_label("Name").fill("Work laptop")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Work laptop")).to_be_visible()
    find_nothing_serious(tab)
    tab.get_by_role("link", name="Remove Work laptop").click()
    tab.get_by_role("button", name="Remove it").click()
    expect(tab.get_by_text("The passkey is removed")).to_be_visible()
    owner.refresh_from_db()
    assert not owner.has_second_factor


def test_without_a_passkey_the_browser_says_so(tab, authenticator, owner):
    devtools, made = authenticator
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": made, "isUserVerified": False})
    tab.goto(reverse("account_login"))
    tab.get_by_role("button", name="Sign in with a passkey").click()
    expect(tab.get_by_text("No passkey was used")).to_be_visible()


@pytest.fixture
def list_page(workspace) -> str:
    """The list of accounts of a workspace that was read from Vonage a moment ago."""
    from django.utils import timezone

    from accounts.models import Connection, Mirror

    now = timezone.now()
    Connection.objects.create(
        workspace=workspace, api_key="00000000", api_host="https://api.example.com", api_secret=b"x"
    )
    Mirror.objects.create(workspace=workspace, read_at=now, tried_at=now, due_at=now)
    return reverse("accounts:list", args=[workspace.slug])


def test_page_says_what_it_asks_by_itself_and_what_a_person_asks(tab, owner, list_page):
    give_password(tab, "owner")
    tab.clock.install()
    tab.goto(list_page)
    with tab.expect_request(re.compile("/freshness/")) as polled:
        tab.clock.run_for(15_000)
    with tab.expect_request(re.compile(list_page)) as reloaded:
        tab.evaluate("document.body.dispatchEvent(new CustomEvent('mirror-changed'))")
    with tab.expect_request(re.compile("q=harb")) as searched:
        tab.get_by_role("searchbox").fill("harb")
        tab.clock.run_for(1_000)
    said = [each.value.headers.get("x-by-itself") for each in (polled, reloaded, searched)]
    assert said == ["yes", "yes", None]


def test_everything_but_passkeys_works_without_script(chromium, live_server, owner, workspace):
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    tab = context.new_page()
    give_password(tab, "owner")
    expect(tab).to_have_url(re.compile("/w/harbour/"))
    tab.goto(reverse("mfa_add_webauthn"))
    expect(tab.get_by_text("Passkeys need JavaScript")).to_be_visible()
    tab.goto(reverse("sessions"))
    expect(tab.get_by_text("this one")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_a_phone(scheme, chromium, live_server, owner, workspace):
    context = chromium.new_context(
        color_scheme=scheme, base_url=live_server.url, viewport={"width": 390, "height": 844}
    )
    tab = context.new_page()
    give_password(tab, "owner")
    tab.wait_for_url(re.compile("/w/harbour/"))
    for name in ("security", "sessions", "account_email", "mfa_activate_totp", "mfa_add_webauthn"):
        tab.goto(reverse(name))
        find_nothing_serious(tab, name)
        fit_in(tab, name)
        if folder := os.environ.get("SCREENSHOTS"):
            tab.screenshot(path=f"{folder}/{name}-{scheme}.png", full_page=True)
    context.close()
