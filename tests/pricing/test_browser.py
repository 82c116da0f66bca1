"""Prices in a real browser, on a desk and on a telephone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pricing.models import PriceBook
from tests.browsing import find_nothing_serious, fit_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_prices_are_read_searched_and_compared(
    tab_of,
    reader,
    countries,
    width,
    picture,
):
    tab = tab_of("owner", width)
    tab.goto("/w/harbour/")
    if width < 1000:
        tab.get_by_role("button", name="Menu").click()
    tab.get_by_role("link", name="Prices", exact=True).click()
    expect(tab.get_by_role("heading", name="Never read")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"prices-never-{width}")
    tab.get_by_role("button", name="Read now").click()
    # The page hears of it by itself.
    expect(tab.get_by_role("cell", name="Afghanistan").first).to_be_visible()
    expect(tab.get_by_text("Reading from Vonage…")).to_be_hidden()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"prices-{width}")

    tab.get_by_label("Country, network or number").fill("+44 7712 345678")
    expect(tab.locator("[data-count]")).to_have_text("6 prices")
    tab.locator("#id_product").select_option("voice")
    expect(tab.locator("[data-count]")).to_have_text("2 prices")
    expect(tab.get_by_text("Pennine Mobile")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"prices-searched-{width}")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="As CSV").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == 3

    countries(GB={"voice": "0.0102", "sms": "0.04"}, FR=None)
    PriceBook.objects.update(tried_at=None)
    tab.get_by_role("button", name="Read now").click()
    expect(tab.get_by_text("Reading from Vonage…")).to_be_hidden()
    tab.get_by_role("link", name="Changes").click()
    expect(tab.get_by_text("dearer", exact=True).first).to_be_visible()
    expect(tab.get_by_text("cheaper", exact=True).first).to_be_visible()
    expect(tab.get_by_text("no longer listed", exact=True).first).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"prices-changes-{width}")
