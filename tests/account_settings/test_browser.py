"""Settings in a real browser, on a desk and on a telephone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import find_nothing_serious, fit_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_webhook_is_refused_corrected_and_changed(
    tab_of,
    held,
    width,
    picture,
    at_vonage,
):
    tab = tab_of("owner", width)
    tab.goto(f"/w/harbour/accounts/{held.api_key}/")
    tab.get_by_role("link", name="Vonage settings").click()
    expect(tab.get_by_text("Never read from Vonage")).to_be_visible()
    find_nothing_serious(tab)
    tab.get_by_role("button", name="Read now").click()
    expect(tab.get_by_text("30 outbound, 30 inbound")).to_be_visible()
    tab.get_by_role("link", name="Change").click()
    tab.get_by_label("Inbound messages").fill("https://hooks.invalid/in")
    tab.get_by_label("Forward method").select_option("POST_JSON")
    find_nothing_serious(tab)
    picture(tab, f"settings-form-{width}")
    tab.get_by_role("button", name="See what it does").click()
    expect(tab.get_by_text("https://hooks.invalid/in")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"settings-draft-{width}")
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("moCallBackUrl: Is invalid.")).to_be_visible()
    picture(tab, f"settings-refused-{width}")
    find_nothing_serious(tab)
    tab.get_by_role("link", name="Correct it").click()
    field = tab.get_by_label("Inbound messages")
    expect(field).to_have_value("https://hooks.invalid/in")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("Vonage said: .*Is invalid"))
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"settings-corrected-{width}")
    field.fill(f"https://hooks.example.com/{'a-long-way/' * 20}in")
    tab.get_by_role("button", name="See what it does").click()
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible()
    fit_in(tab)
    assert at_vonage(held)[0].endswith("/in")
    assert at_vonage(held)[2] == "POST_JSON"
    tab.goto(f"/w/harbour/accounts/{held.api_key}/settings/")
    expect(tab.get_by_text("Set from here")).to_be_visible()
    fit_in(tab)
    find_nothing_serious(tab)
    picture(tab, f"settings-done-{width}")


@pytest.mark.parametrize("width", [1280, 390])
def test_template_is_made_put_on_accounts_and_followed(
    tab_of,
    held,
    primary,
    width,
    picture,
    at_vonage,
):
    tab = tab_of("owner", width)
    tab.goto("/w/harbour/settings-templates/")
    find_nothing_serious(tab)
    tab.get_by_role("link", name="New template").click()
    tab.get_by_label("Name").fill("Standard")
    tab.get_by_label("Inbound messages").fill("https://hooks.example.com/{api_key}/in")
    find_nothing_serious(tab)
    tab.get_by_role("button", name="Keep it").click()
    tab.get_by_role("link", name="Put on accounts").click()
    tab.get_by_label("API keys or names").fill(f"{held.api_key}\n{primary.api_key}")
    tab.get_by_role("button", name="See what would change").click()
    expect(tab.get_by_text(f"https://hooks.example.com/{held.api_key}/in")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"template-preview-{width}")
    tab.get_by_role("button", name="Do it for the ticked ones").click()
    expect(tab.get_by_text("2 accounts: the change is asked for.")).to_be_visible()

    # Vonage has it before the mirror has: what the page says is what is waited for.
    for _ in range(100):
        tab.reload()
        if tab.get_by_text("As the template").count() == 2:
            break
        tab.wait_for_timeout(200)
    expect(tab.get_by_text("As the template")).to_have_count(2)
    assert at_vonage(held)[0] == f"https://hooks.example.com/{held.api_key}/in"
    assert at_vonage(primary)[0] == f"https://hooks.example.com/{primary.api_key}/in"
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"template-{width}")
