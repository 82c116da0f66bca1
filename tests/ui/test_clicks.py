"""Lists that answer while one types never take the ground from under a click."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import give_password

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HELD = 400  # milliseconds between a finger's way down and its way up, at its slowest


@pytest.fixture
def tab(chromium, live_server, vonage, read, owner) -> Iterator[Page]:
    vonage.subaccount("Harbour Hotel", balance="10")
    read()
    with chromium.new_context(base_url=live_server.url) as context:
        tab = context.new_page()
        give_password(tab, owner.username)
        expect(tab.get_by_role("heading", name="Overview")).to_be_visible()
        yield tab


def test_a_link_found_by_a_search_takes_the_first_click(tab):
    tab.goto("/w/harbour/accounts/")
    tab.get_by_role("searchbox").press_sequentially("hotel", delay=20)
    expect(tab.locator("[data-count]", has_text=re.compile("^1 account$"))).to_be_visible()
    expect(tab).to_have_url(re.compile("q=hotel"))
    tab.get_by_role("link", name="Harbour Hotel").click(delay=HELD)
    expect(tab.get_by_role("heading", name="Harbour Hotel", level=1)).to_be_visible()


def test_a_list_that_answers_under_a_finger_waits_for_it(tab):
    tab.goto("/w/harbour/accounts/")
    link = tab.get_by_role("link", name="Harbour Hotel").bounding_box()
    tab.get_by_role("searchbox").press("h")
    with tab.expect_response(re.compile("q=h")):
        tab.mouse.move(link["x"] + 5, link["y"] + 5)
        tab.mouse.down()
    tab.wait_for_timeout(HELD)
    tab.mouse.up()
    expect(tab.get_by_role("heading", name="Harbour Hotel", level=1)).to_be_visible()


def test_what_waited_for_a_finger_comes_when_it_is_lifted(tab):
    tab.goto("/w/harbour/accounts/")
    cell = tab.get_by_role("row").last.bounding_box()
    tab.get_by_role("searchbox").press_sequentially("nothing")
    with tab.expect_response(re.compile("q=nothing")):
        tab.mouse.move(cell["x"] + cell["width"] / 2, cell["y"] + 5)
        tab.mouse.down()
    tab.wait_for_timeout(HELD)
    expect(tab.get_by_role("link", name="Harbour Hotel")).to_be_visible()
    tab.mouse.up()
    expect(tab.locator("[data-count]", has_text="0 accounts")).to_be_visible()
