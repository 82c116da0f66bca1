"""A top-up in a real browser, on a desk and on a telephone."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from simulator.faults import Rule
from tests.browsing import find_nothing_serious, fit_in
from tests.topups.conftest import AMOUNT, TRX
from topups import alarming
from topups.models import Alarm

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def ask(tab, primary):
    tab.get_by_role("button", name="See what it does").click()
    expect(tab.get_by_role("button", name="Do it")).to_be_visible()
    find_nothing_serious(tab)
    tab.get_by_label(re.compile("to say that you mean it")).fill(primary.api_key)
    tab.get_by_role("button", name="Do it").dblclick()


@pytest.mark.parametrize("width", [1280, 390])
def test_account_is_topped_up(tab_of, primary, reloading, vonage, paid, width, picture):
    tab = tab_of("owner", width)
    tab.goto(f"/w/harbour/accounts/{primary.api_key}/")
    tab.get_by_role("link", name="Top up").click()
    tab.get_by_role("button", name="Read auto-reload now").click()
    expect(tab.get_by_text("On", exact=True)).to_be_visible()
    tab.get_by_role("link", name="Note what is known").click()
    tab.get_by_label(re.compile("Reference of the payment")).fill(TRX)
    tab.get_by_label(re.compile("Amount of that payment")).fill("25")
    tab.get_by_label(re.compile("Vonage reloads below")).fill("20")
    find_nothing_serious(tab)
    tab.get_by_role("button", name="Note it").click()
    expect(tab.get_by_text(TRX[-4:])).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"top-up-{width}")
    fit_in(tab)
    tab.get_by_role("link", name="Top up", exact=True).click()
    expect(tab.get_by_role("button", name="See what it does")).to_be_visible()
    picture(tab, f"top-up-ask-{width}")
    ask(tab, primary)
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible()
    find_nothing_serious(tab)
    assert paid() == AMOUNT
    assert TRX not in tab.content()

    vonage.faults.add(Rule("drop-after", "POST", "/account/top-up"))
    tab.goto("/w/harbour/top-up/new/")
    expect(tab.get_by_text("There was a top-up")).to_be_visible()
    tab.get_by_label("I mean another one").check()
    find_nothing_serious(tab)
    picture(tab, f"top-up-again-{width}")
    ask(tab, primary)
    expect(tab.get_by_role("heading", name="Needs you")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, f"top-up-needs-you-{width}")
    fit_in(tab)
    tab.get_by_label("How you know").fill("PayPal has two payments.")
    tab.get_by_role("button", name="It happened").click()
    expect(tab.get_by_text("A person said so.")).to_be_visible()
    assert paid() == 2 * AMOUNT


def test_warning_leads_to_the_page(tab_of, primary, workspace, picture):
    alarming.begin(workspace, Alarm.Kind.LOW, timezone.now())
    alarming.begin(workspace, Alarm.Kind.OFF, timezone.now())
    tab = tab_of("owner", 390)
    find_nothing_serious(tab)
    picture(tab, "top-up-warned-390")
    tab.get_by_role("link", name="What can be done").first.click()
    expect(tab.get_by_text("has been below the threshold")).to_be_visible()
    find_nothing_serious(tab)
    picture(tab, "top-up-alarms-390")
    tab.get_by_role("button", name="It is meant to be off").click()
    expect(tab.get_by_text("Noted, with your name.")).to_be_visible()
