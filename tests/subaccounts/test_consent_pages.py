"""The pages of consent: the queue, what is shown before an answer, and the answers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from operations.errors import RefusedError
from operations.models import Operation, Policy
from operations.services import approving
from operations.states import State
from simulator.money import Funds
from subaccounts.seeing import waiting_for
from teams.models import Member, User
from teams.policy import actor_in, actor_of
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(workspace):
    """Make a member with a role on accounts; return who acts."""

    def make(name, preset="approver", scope="all", *, invited_by=None, days_ago=30, **terms):
        user = User.objects.create_user(
            username=name, email=f"{name}@example.com", password=f"{name} and a long password"
        )
        joined = timezone.now() - timedelta(days=days_ago)
        member = Member.objects.create(
            workspace=workspace, user=user, invited_by=invited_by, joined_at=joined
        )
        grant(member, preset, scope, **terms)
        return actor_of(member)

    return make


@pytest.fixture
def approver(person):
    return person("approver")


@pytest.fixture
def awaited(workspace, approver, ask):
    """A transfer above what may be moved without an approval, asked for by the primary user."""
    Policy.objects.create(workspace=workspace, amount_above=2)
    operation = ask("2.50")
    assert operation.state == State.AWAITING
    return operation


@pytest.fixture
def browse(client):
    def sign_in(user) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in


def agree(actor, operation, fingerprint=None):
    approving.approve(actor, operation, fingerprint=fingerprint or operation.fingerprint)
    operation.refresh_from_db()


def test_only_a_friend_of_the_last_days_is_nobody_else(workspace, person, owner, ask):
    """A primary user who is alone but for a new approver would wait for seven days."""
    Policy.objects.create(workspace=workspace, amount_above=2)
    person("friend", invited_by=owner, days_ago=1)
    assert ask("2.50").state == State.READY


def test_maker_who_lost_the_right_is_named(workspace, person, ask, actor, approver):
    Policy.objects.create(workspace=workspace, amount_above=2)
    mover = person("mover", "finance")
    operation = ask("2.50", by=mover)
    Member.objects.get(user=mover.user).grants.update(ends_at=timezone.now())
    with pytest.raises(RefusedError, match="mover has lost the right to move balance"):
        agree(approver, operation)


def test_queue_holds_what_nothing_speaks_against(awaited, person, owner, sub, ask):
    """The set and the single question give the same answer for everybody."""
    people = [
        actor_of(Member.objects.get(user__username="approver")),
        person("friend", invited_by=owner, days_ago=1),
        person("narrow", scope="selected", accounts=[sub]),
        person("elsewhere", scope="selected", accounts=[]),
        person("mover", "finance"),
        person("subs", scope="subaccounts"),
        actor_in(owner, "harbour"),
    ]
    ask("2.75", by=people[4])
    rows = list(Operation.objects.filter(state=State.AWAITING))
    assert len(rows) == 2
    for each in people:
        alone = {row.pk for row in rows if not approving.objection(each, row)}
        assert set(waiting_for(each).values_list("pk", flat=True)) == alone, each.user
    assert {bool(waiting_for(each).exists()) for each in people} == {True, False}


def test_queue_costs_the_same_however_long_it_is(
    awaited, approver, ask, browse, django_assert_max_num_queries, django_assert_num_queries
):
    browser = browse(approver.user)
    url = "/w/harbour/approvals/"
    browser.get(url)
    with django_assert_max_num_queries(20) as first:
        browser.get(url)
    for amount in ("2.60", "2.70", "2.80"):
        ask(amount)
    with django_assert_num_queries(len(first)):
        page = browser.get(url).content.decode()
    assert page.count("of balance to Harbour Hotel") == 4


def test_maker_sees_what_he_waits_for_and_no_button(awaited, owner, browse):
    browser = browse(owner)
    page = browser.get("/w/harbour/approvals/").content.decode()
    assert "somebody else has to agree by" in page
    assert f"{awaited.reference}/approve/" not in page
    assert browser.get(f"/w/harbour/operations/{awaited.reference}/approve/").status_code == 403


def test_page_shows_both_sides_and_takes_the_answer(awaited, approver, browse):
    browser = browse(approver.user)
    url = f"/w/harbour/operations/{awaited.reference}/approve/"
    page = browser.get(url).content.decode()
    assert "Transfers above" in page
    assert "Harbour Hotel" in page
    assert awaited.fingerprint in page
    assert browser.post(url, {"fingerprint": "other"}).status_code == 422
    assert browser.post(url, {"fingerprint": awaited.fingerprint}).status_code == 303
    awaited.refresh_from_db()
    assert awaited.state == State.READY


def test_open_page_follows_the_figures(awaited, approver, browse, vonage, sub, read):
    browser = browse(approver.user)
    url = f"/w/harbour/operations/{awaited.reference}/approve/"
    page = browser.get(url).content.decode()
    assert "Read from Vonage" in page
    assert 'hx-trigger="load"' in page, "it asks for a reading when it opens"
    vonage.state.set_funds(sub.api_key, Funds(Decimal("77.25"), Decimal(0)))
    read()
    figures = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "77.25" in figures
    assert "79.75" in figures
    assert "<form" not in figures


def test_declining_takes_a_reason(awaited, approver, browse):
    browser = browse(approver.user)
    url = f"/w/harbour/operations/{awaited.reference}/decline/"
    refused = browser.post(url).content.decode()
    assert "Say why" in refused
    assert f'hx-get="{url.replace("decline", "approve")}"' in refused, "its figures stay alive"
    assert browser.post(url, {"answer": "Not this month."}).status_code == 303
    awaited.refresh_from_db()
    assert (awaited.state, awaited.detail) == (State.DECLINED, "Not this month.")


def test_consent_takes_a_password_of_the_last_minutes(awaited, approver, browse):
    browser = browse(approver.user)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    url = f"/w/harbour/operations/{awaited.reference}/approve/"
    answer = browser.post(url, {"fingerprint": awaited.fingerprint})
    assert answer["Location"].startswith("/confirm/")
    awaited.refresh_from_db()
    assert awaited.state == State.AWAITING
