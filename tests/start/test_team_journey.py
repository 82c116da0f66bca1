"""A team in the real product and a real browser: invited, limited, refused, given more, removed.

The workspace requires a second factor throughout, so everybody here has an authenticator app.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.browsing import PATIENCE

# The first test of all waits until the product has started.
pytestmark = [pytest.mark.browser, pytest.mark.start, pytest.mark.timeout(600)]

PERIOD = 30  # seconds for which a code is shown
HOME = "/w/tessarine-communications"
PASSWORD = "quietly humming turbines"
NewTab = Callable[[], Page]


@pytest.fixture(scope="module")
def open_tab(browser: Browser, demo) -> Iterator[NewTab]:
    """Make tabs of browsers that share nothing, on which no script may fail."""
    faults: list[str] = []
    contexts = []

    def make() -> Page:
        context = browser.new_context(base_url=f"http://127.0.0.1:{demo.env['PORT']}")
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        return tab

    yield make
    for each in contexts:
        each.close()
    assert faults == []


@pytest.fixture(scope="module")
def primary(demo, open_tab) -> Page:
    """The primary user's tab: with a second factor, which all the others need from now on."""
    tab = open_tab()
    sign_in(tab, "owner", password_of(demo, "owner"))
    tab.wait_for_url(re.compile("/w/"))
    enrol(tab)
    tab.goto(f"{HOME}/settings/")
    tab.locator("[name=second_factor_required]").check()
    press(tab, "Save")
    expect(tab.get_by_text("Saved.")).to_be_visible()
    return tab


def password_of(demo, name: str) -> str:
    kept = (demo.home / "demo-passwords").read_text()
    return dict(line.split() for line in kept.splitlines())[name]


def sign_in(tab: Page, name: str, password: str) -> None:
    tab.goto("/sign-in/")
    tab.get_by_label("User name or e-mail").fill(name)
    tab.get_by_label("Password", exact=True).fill(password)
    press(tab, "Sign in")


def press(tab: Page, name: str) -> None:
    tab.get_by_role("button", name=name, exact=True).click()


def enrol(tab: Page) -> None:
    """Add an authenticator app with the key that the page shows."""
    tab.goto("/me/security/")
    tab.get_by_role("link", name="Add an app").click()
    secret = tab.locator("code.key").inner_text()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))
    tab.get_by_label("Code that the app shows").fill(code)
    press(tab, "Add the app")
    expect(tab.get_by_role("heading", name="Recovery codes")).to_be_visible()


def enter_with_factor(tab: Page, name: str, password: str) -> None:
    """Sign in for the first time since a second factor is required."""
    sign_in(tab, name, password)
    expect(tab.get_by_text("lets you in as soon as you have a second factor")).to_be_visible()
    enrol(tab)


def keys_of_subaccounts(tab: Page, number: int) -> list[str]:
    tab.goto(f"{HOME}/accounts/?balance=own")
    links = tab.locator("table tbody th a, table tbody td a")
    hrefs = [each.get_attribute("href") or "" for each in links.all()]
    keys = dict.fromkeys(href.rstrip("/").rpartition("/")[2] for href in hrefs)
    return list(keys)[-number:]


def shown_keys(tab: Page) -> set[str]:
    tab.goto(f"{HOME}/accounts/")
    links = tab.locator("table tbody a[href*='/accounts/']").all()
    return {(each.get_attribute("href") or "").rstrip("/").rpartition("/")[2] for each in links}


def choose_selected(tab: Page, keys: list[str]) -> None:
    tab.get_by_label("Selected accounts").check()
    tab.get_by_label("API keys or names").fill("\n".join(keys))


def go_to_member(tab: Page, name: str) -> None:
    tab.goto(f"{HOME}/team/")
    tab.locator("table.roster").get_by_role("link", name=name, exact=True).click()
    tab.wait_for_url(re.compile(r"/team/\d+/"))


def test_invited_person_asks_for_what_is_missing_and_gets_it(primary, open_tab):
    keys = keys_of_subaccounts(primary, 2)
    primary.goto(f"{HOME}/team/invite/")
    primary.get_by_label("Role").select_option(label="Operator")
    choose_selected(primary, keys)
    primary.get_by_label("E-mail addresses").fill("Grace Holm <grace@example.com>")
    press(primary, "Invite")
    expect(primary.get_by_text("No mail server is set up")).to_be_visible()

    person = open_tab()
    person.goto(primary.locator("ul.invited code").inner_text())
    expect(person.get_by_text("Operator on 2 selected accounts")).to_be_visible()
    person.get_by_label("User name").fill("grace")
    person.get_by_label("Password", exact=True).fill(PASSWORD)
    press(person, "Join")
    expect(person.get_by_text("lets you in as soon as you have a second factor")).to_be_visible()
    enrol(person)
    assert shown_keys(person) == set(keys)

    refused = person.goto(f"{HOME}/team/")
    assert refused.status == 403
    expect(person.locator("[data-fault]")).to_contain_text("team.view")
    person.get_by_label("What do you need it for?").fill("To know whom to ask")
    press(person, "Ask for it")
    expect(person.get_by_text("Asked. You are told")).to_be_visible()

    primary.goto(f"{HOME}/team/requests/")
    wish = primary.get_by_role("listitem").filter(has_text="To know whom to ask")
    expect(wish).to_contain_text("grace")
    wish.get_by_role("link", name="Give access").click()
    primary.get_by_label("Role").select_option(label="Auditor")
    choose_selected(primary, keys)
    press(primary, "See what it changes")
    expect(primary.get_by_text("Auditor on 2 selected accounts")).to_be_visible()
    expect(primary.locator("table.changes")).to_contain_text("Team")
    assert person.goto(f"{HOME}/team/").status == 403  # a preview gives nothing
    press(primary, "Give access")
    expect(primary.get_by_text("Given: Auditor on 2 selected accounts")).to_be_visible()

    assert person.goto(f"{HOME}/team/").status == 200
    expect(person.get_by_role("heading", name="Team", level=1)).to_be_visible()
    assert shown_keys(person) == set(keys)


def test_tag_limit_and_end_are_given_by_pages_alone(demo, primary, open_tab):
    keys = keys_of_subaccounts(primary, 3)
    primary.goto(f"{HOME}/tags/")
    primary.get_by_label("Name").fill("trial")
    press(primary, "Define it")
    primary.get_by_role("link", name="Put on accounts").click()
    primary.locator("[name=typed]").fill("\n".join(keys))
    press(primary, "Put it on these")
    expect(primary.get_by_text("The tag trial is now on 3 more accounts.")).to_be_visible()

    go_to_member(primary, "customer")
    primary.get_by_role("link", name="Change: ").click()
    friday = next_friday()
    primary.get_by_label("Role").select_option(label="Operator")
    primary.get_by_label("Accounts with a tag").check()
    primary.locator("[name=tag]").select_option(label="trial")
    primary.get_by_label("Until").fill(f"{friday.isoformat()}T23:59")
    primary.get_by_text("Limits on moving money").click()
    primary.get_by_label("Within 24 hours").fill("50")
    press(primary, "See what it changes")
    words = re.compile(
        rf"Operator on accounts tagged trial, at most €\s50 a day, until Fri {friday.day} "
    )
    expect(primary.get_by_text(words)).to_be_visible()
    expect(primary.get_by_role("heading", name="Comes to see 3 accounts")).to_be_visible()
    expect(primary.get_by_role("heading", name="No longer sees 1 account")).to_be_visible()
    press(primary, "Change access")
    expect(primary.get_by_text("Changed: Operator on accounts tagged trial")).to_be_visible()
    primary.goto(f"{HOME}/team/")
    expect(primary.locator("table.roster tr", has_text="customer")).to_contain_text(words)

    person = open_tab()
    enter_with_factor(person, "customer", password_of(demo, "customer"))
    assert shown_keys(person) == set(keys)


def next_friday() -> date:
    """Return the Friday to come, never today."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=(4 - today.weekday()) % 7 or 7)


def test_removed_member_is_out_at_the_next_click(demo, primary, open_tab):
    person = open_tab()
    enter_with_factor(person, "finance", password_of(demo, "finance"))
    person.goto(f"{HOME}/")
    go_to_member(primary, "finance")
    primary.get_by_role("link", name="Remove").click()
    press(primary, "Remove from the team")
    expect(primary.get_by_text("finance does not belong to the team any more.")).to_be_visible()

    person.get_by_role("navigation").get_by_role("link", name="Accounts").click()
    expect(person).to_have_url(re.compile("/sign-in/"))
    expect(person.get_by_role("heading", name="Sign in")).to_be_visible()
