"""Money in a real browser, with a worker that sends. Nothing may be reported on the way."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from operations.models import Draft, Finding, Operation, Policy
from operations.services import lanes
from simulator.faults import Rule
from subaccounts.choosing import SUGGESTED
from teams.models import Grant, Member
from teams.services import reach
from tests.browsing import find_nothing_serious, fit_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(workspace):
    """Let somebody join with one grant."""
    from tests.conftest import _person

    def join(name: str, preset: str, scope: str, *, accounts=(), **terms) -> None:
        member = Member.objects.create(workspace=workspace, user=_person(name))
        grant = Grant.objects.create(member=member, place=0, preset=preset, scope=scope, **terms)
        grant.accounts.set(accounts)
        reach.extend_to_grant(grant)

    return join


def draft(tab: Page, amount: str) -> None:
    tab.goto("/w/harbour/accounts/")
    tab.get_by_role("link", name="Harbour Hotel").first.click()
    tab.get_by_role("link", name="Add balance").click()
    tab.get_by_label("Amount in EUR").fill(amount)
    tab.get_by_role("button", name="See what it does").click()


def test_subaccount_is_funded_once_however_one_clicks(tab_of, vonage):
    tab = tab_of("owner")
    draft(tab, "2.50")
    expect(tab.get_by_text("€ 2.50 of balance from")).to_be_visible()
    find_nothing_serious(tab)
    page = tab.url
    tab.get_by_role("button", name="Do it").dblclick()
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible()
    find_nothing_serious(tab)
    tab.reload()
    tab.go_back()
    expect(tab).to_have_url(re.compile("/operations/"))
    tab.goto(page)
    expect(tab).to_have_url(re.compile("/operations/"))
    assert Operation.objects.count() == 1
    assert len(vonage.state.store.all(vonage.state.store.transfers)) == 1
    tab.goto("/w/harbour/transfers/")
    expect(tab.get_by_role("row", name=re.compile("Harbour Hotel.*2.50.*Done"))).to_be_visible()
    find_nothing_serious(tab)


def test_account_that_is_not_among_the_first_is_suggested_and_moved_to(tab_of, vonage, read):
    for number in range(SUGGESTED + 20):
        vonage.subaccount(f"Branch {number:04}", balance="0")
    read()
    key = Account.objects.get(name="Branch 0119").api_key
    tab = tab_of("owner", width=390)
    tab.goto("/w/harbour/transfers/new/")
    options = tab.locator("#accounts-known option")
    expect(options).to_have_count(SUGGESTED)
    field = tab.get_by_label("Subaccount")
    field.press_sequentially("branch 0119")
    expect(options).to_have_count(1)
    expect(options).to_have_attribute("value", key)
    expect(field).to_have_value("branch 0119")
    find_nothing_serious(tab)
    field.fill(key)
    tab.get_by_label("Amount in EUR").fill("1.00")
    tab.get_by_role("button", name="See what it does").click()
    expect(tab.get_by_text("Branch 0119").first).to_be_visible()
    assert "/drafts/" in tab.url


def test_what_is_left_is_not_asked_for(tab_of):
    tab = tab_of("owner", 390)
    draft(tab, "2.50")
    tab.get_by_role("button", name="Leave it").click()
    expect(tab.get_by_text("Nothing was asked for.")).to_be_visible()
    assert not Draft.objects.exists()
    assert not Operation.objects.exists()


def test_second_tab_is_a_second_wish_that_has_to_be_meant(tab_of):
    one = tab_of("owner")
    other = one.context.new_page()
    for tab in (one, other):
        draft(tab, "1.00")
    one.get_by_role("button", name="Do it").click()
    expect(one.get_by_text("Vonage has done it.")).to_be_visible()
    other.get_by_role("button", name="Do it").click()
    expect(other.get_by_text("The same was asked for")).to_be_visible()
    other.get_by_label("The amount, once more").fill("1")
    other.get_by_role("button", name="Do it").click()
    expect(other.get_by_text("Vonage has done it.")).to_be_visible()
    assert Operation.objects.count() == 2


def test_lost_answer_is_verified_and_then_known(tab_of, vonage):
    tab = tab_of("owner", width=390)
    draft(tab, "2.00")
    vonage.faults.add(Rule("drop-after", "POST", "/balance-transfers"))
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("Do not repeat this:")).to_be_visible()
    find_nothing_serious(tab)
    expect(tab.get_by_text("Its answer was lost; Vonage's list shows it.")).to_be_visible()
    assert len(vonage.state.store.all(vonage.state.store.transfers)) == 1


def test_refusal_stands_in_the_words_of_vonage(tab_of):
    tab = tab_of("owner")
    draft(tab, "5000")
    expect(tab.get_by_text("Vonage will most likely refuse it.")).to_be_visible()
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("Insufficient Credit").first).to_be_visible()


def test_limit_is_told_where_the_amount_is_typed(tab_of, person, sub):
    terms = {"with_primary": True, "per_day": Decimal(5)}
    person("operator", "operator", "selected", accounts=[sub], **terms)
    tab = tab_of("operator")
    draft(tab, "7.00")
    expect(tab.get_by_text("at most € 5 within 24 hours")).to_be_visible()
    expect(tab.get_by_label("Amount in EUR")).to_have_value("7.00")
    tab.get_by_label("Amount in EUR").fill("4.00")
    tab.get_by_role("button", name="See what it does").click()
    expect(tab.get_by_text("What it has is not shown to you.")).to_be_visible()
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible()


def test_somebody_else_agrees(tab_of, person, workspace):
    person("finance", "finance", "all")
    Policy.objects.create(workspace=workspace, amount_above=Decimal(1))
    maker = tab_of("finance")
    draft(maker, "3.00")
    maker.get_by_role("button", name="Ask for it").click()
    expect(maker.get_by_text("Somebody else has to agree")).to_be_visible()
    owner = tab_of("owner")
    owner.get_by_role("link", name="Approvals").click()
    owner.get_by_role("link", name=re.compile("3.00 of balance")).click()
    expect(owner.get_by_role("button", name="Approve")).to_be_visible()
    find_nothing_serious(owner)
    owner.get_by_role("button", name="Approve").click()
    expect(owner.get_by_text("Vonage has done it.")).to_be_visible()
    expect(maker.get_by_text("Vonage has done it.")).to_be_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_one_stops_everything_and_another_lets_it_go_on(tab_of, person, workspace, colours):
    """On a telephone, in both colours."""
    person("approver", "approver", "subaccounts")
    approver, owner = tab_of("approver", 390), tab_of("owner", 390)
    for tab in (approver, owner):
        tab.emulate_media(color_scheme=colours)
    approver.goto("/w/harbour/needs-you/")
    expect(approver.get_by_text("Nothing needs you")).to_be_visible()
    approver.get_by_label("Why").fill("A customer complains.")
    approver.get_by_role("button", name="Stop").click()
    expect(approver.get_by_text("Only somebody who sets the guardrails")).to_be_visible()
    find_nothing_serious(approver)
    draft(owner, "2.50")
    expect(owner.get_by_text("A customer complains.")).to_be_visible()
    owner.get_by_role("button", name="Do it").click()
    expect(owner.get_by_text("It waits until sending goes on.")).to_be_visible()
    lanes.find(workspace.pk, Finding.Kind.DOUBLE, key="one", detail="It was made twice.")
    asked = owner.url
    owner.get_by_role("link", name="What needs you").click()
    expect(owner.get_by_text("It was made twice.")).to_be_visible()
    find_nothing_serious(owner)
    fit_in(owner)
    owner.get_by_label("Why it is safe to go on").fill("Vonage paid it back.")
    owner.get_by_role("button", name="Go on").click()
    expect(owner.get_by_text("Nothing needs you")).to_be_visible()
    owner.goto(asked)
    expect(owner.get_by_text("Vonage has done it.")).to_be_visible()


@pytest.mark.parametrize("page", ["rules/", "rules/guardrails/", "approvals/"])
def test_rules_can_be_read_on_a_telephone(tab_of, page):
    tab = tab_of("owner", 390)
    tab.emulate_media(color_scheme="dark")
    tab.goto(f"/w/harbour/{page}")
    find_nothing_serious(tab)
    fit_in(tab)
