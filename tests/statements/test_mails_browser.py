"""The list of mails that did not go, in a real browser: on a desk, on a telephone, in the dark."""

from datetime import date

import pytest
from playwright.sync_api import expect

from statements.models import Mailed, Statement
from teams.models import Member, User
from tests.browsing import find_nothing_serious, fit_in
from tests.cast import grant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
State = Mailed.State


@pytest.fixture
def worker(monkeypatch):
    """Nobody: what is asked for stays to be done."""
    monkeypatch.setattr("statements.services.remailing.ring", lambda: None)


@pytest.fixture
def failed(made, berlin, hotel, connection):
    statement = Statement.objects.get(account=hotel, month=date(2026, 10, 1))
    for name, state, code in (("ann", State.REFUSED, 550), ("sam", State.UNKNOWN, None)):
        user = User.objects.create_user(username=name, email=f"{name}@a.example", password="")
        member = Member.objects.create(workspace=berlin, user=user)
        grant(member, "support", "selected", accounts=[hotel])
        Mailed.objects.create(statement=statement, member=member, state=state, code=code)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_failed_mail_is_found_and_sent_again_by_keyboard(tab_of, failed, width, scheme, picture):
    tab = tab_of("owner", width)
    tab.emulate_media(color_scheme=scheme)
    tab.goto("/w/harbour/statements/?month=2026-10")
    tab.get_by_role("link", name="Look at them").click()
    expect(tab.get_by_role("heading", name="Mails that did not go, October 2026")).to_be_visible()
    expect(tab.get_by_text("with code 550")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"statement-mails-{width}")
    button = tab.get_by_role("button", name="Send again the statement of Harbour Hotel to sam")
    button.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("It is sent again.", exact=True)).to_be_visible()
    expect(tab.get_by_text("It is sent again within a minute or so.")).to_be_visible()
    expect(tab.get_by_role("button", name="Send again")).to_have_count(1)
    find_nothing_serious(tab)
    assert Mailed.objects.get(member__user__username="sam").state == State.WAITING
