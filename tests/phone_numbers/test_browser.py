"""Moving a number in a real browser, on a desk and on a telephone."""

import pytest
from playwright.sync_api import expect

from phone_numbers.services import reading
from tests.browsing import find_nothing_serious, fit_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_number_goes_to_a_subaccount(
    tab_of,
    picture,
    sub,
    primary,
    give,
    held,
    owner_of,
    width,
):
    give(primary, app_id="app-of-hotels")
    reading.read(primary)
    tab = tab_of("owner", width)
    tab.goto("/w/harbour/numbers/")
    expect(tab.get_by_text("+447700900001")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"numbers-{width}")
    tab.get_by_label("Digits of the number").fill("0009")
    tab.get_by_label("+447700900001").check()
    tab.get_by_role("button", name="Move chosen numbers").click()
    tab.get_by_label("To which account").fill(sub.api_key)
    tab.get_by_role("button", name="See what it does").click()
    expect(tab.get_by_text("What a number does is lost on the way.")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"numbers-move-{width}")
    tab.get_by_role("button", name="Move 1 number").click()
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible()
    assert owner_of("447700900001") == sub.api_key
    tab.goto(f"/w/harbour/numbers/?account={sub.api_key}")
    expect(tab.get_by_text("nothing yet")).to_be_visible()
