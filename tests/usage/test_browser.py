"""Reports in a real browser, on a desk and on a telephone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browsing import find_nothing_serious, fit_in
from tests.usage.conftest import day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_report_of_all_subaccounts_is_ordered_and_watched(
    tab_of,
    sender,
    vonage,
    width,
    picture,
):
    vonage.state.switch(report_seconds=4)
    tab = tab_of("owner", width)
    tab.goto("/w/harbour/")
    if width < 1000:
        tab.get_by_role("button", name="Menu").click()
    tab.get_by_role("link", name="Reports", exact=True).click()
    expect(tab.get_by_role("heading", name="No reports yet")).to_be_visible()
    find_nothing_serious(tab)
    tab.get_by_role("link", name="Order a report").click()
    tab.get_by_label("Product").select_option("SMS")
    tab.get_by_label("Direction").select_option("outbound")
    tab.get_by_label("Accounts").select_option("all")
    tab.get_by_label("From", exact=True).fill(f"{day(3):%Y-%m-%d}")
    tab.get_by_label("To, inclusive").fill(f"{day(2):%Y-%m-%d}")
    find_nothing_serious(tab)
    tab.get_by_role("button", name="See what it takes").click()
    expect(tab.get_by_text("cannot be told")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"report-order-{width}")
    tab.get_by_role("button", name="Order it").click()
    expect(tab.get_by_role("heading", name="Vonage is making it")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"report-made-{width}")
    # The page follows by itself.
    expect(tab.get_by_role("heading", name="Ready")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"report-ready-{width}")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download as CSV").click()
    assert len(Path(download.value.path()).read_text().splitlines()) > 10
    tab.get_by_role("link", name="Reports", exact=True).first.click()
    expect(tab.get_by_role("link", name="SMS, outbound")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"reports-{width}")
    if width < 1000:
        tab.get_by_role("button", name="Menu").click()
    tab.get_by_role("link", name="Usage", exact=True).click()
    expect(tab.get_by_role("img", name="Records per day")).to_be_visible()
    expect(tab.get_by_text("Known up to")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"usage-{width}")
    tab.locator("#id_by").select_option("account")
    expect(tab.get_by_role("cell", name="Harbour Hotel")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"usage-by-account-{width}")


def test_what_is_ordered_every_day_and_how_long_it_is_kept_is_set_on_a_telephone(
    tab_of,
    picture,
):
    tab = tab_of("owner", 390)
    tab.goto("/w/harbour/usage/")
    tab.get_by_role("link", name="Daily reports").click()
    expect(tab.get_by_label("SMS, outbound")).to_be_visible()
    find_nothing_serious(tab)
    tab.get_by_label("SMS, outbound").focus()
    tab.keyboard.press("Space")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("who switched it on")).to_be_visible()
    expect(tab.get_by_label("SMS, outbound")).to_be_checked()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, "usage-daily-390")
    tab.goto("/w/harbour/usage/budget/")
    tab.get_by_label("Days that the file of a report is kept").fill("7")
    tab.get_by_role("button", name="Save").last.click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    expect(tab.get_by_label("Days that the file of a report is kept")).to_have_value("7")
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, "usage-budget-390")
