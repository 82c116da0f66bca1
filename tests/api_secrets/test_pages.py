"""API secrets by their pages: by the primary user, and by people with parts of the rights."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from api_secrets.services import keeping
from operations.models import Operation
from operations.services import sending
from simulator.faults import Rule
from teams.models import Member, User
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def url(sub):
    return f"/w/harbour/accounts/{sub.api_key}/secrets/"


@pytest.fixture
def member(client, workspace, sub):
    """Sign somebody in who has this role on the account."""

    def join(preset):
        user = User.objects.create_user(username=preset, email=f"{preset}@a.example", password="")
        made = Member.objects.create(workspace=workspace, user=user)
        grant(made, preset, "selected", accounts=[sub])
        client.force_login(user)
        return client

    return join


def text(answer) -> str:
    return answer.content.decode()


def ask(browser, address, **typed):
    """Fill a form in, confirm its draft, send it, and return the address of the operation."""
    token = re.search(r'name="token" value="([^"]+)"', text(browser.get(address)))[1]
    drafted = browser.post(address, {"token": token})
    asked = browser.post(drafted["Location"], typed)
    assert asked.status_code == 303, text(asked)
    sending.send_ready()
    return asked["Location"]


def test_secrets_are_read_only_when_somebody_asks(browser, url, sub):
    assert "Never read from Vonage" in text(browser.get(url))
    assert browser.post(f"{url}read/")["Location"] == url
    page = text(browser.get(url))
    assert "Read from Vonage" in page
    assert sub.api_secrets.get().remote_id in page
    assert "not from here" in page


def test_reading_that_fails_says_why_and_keeps_what_is_known(browser, url, sub, vonage):
    keeping.read(sub)
    vonage.faults.add(Rule("503-before", "GET", "/secrets", times=9))
    browser.post(f"{url}read/")
    page = text(browser.get(url))
    assert "The API secrets could not be read" in page
    assert sub.api_secrets.get().remote_id in page


def test_secret_is_added_shown_once_and_the_old_one_revoked(browser, url, sub, vonage):
    keeping.read(sub)
    old = sub.api_secrets.get()
    assert "The only one cannot be revoked." in text(browser.get(url))
    operation = ask(browser, f"{url}new/")
    page = text(browser.get(operation))
    assert "The new API secret can be shown once." in page
    shown = text(browser.post(f"{operation}secret/"))
    value = re.search(r'<code class="secret">(\w+)</code>', shown)[1]
    assert value not in text(browser.get(operation)) + text(browser.get(url))
    assert "Before another one is added, one has to be revoked." in text(browser.get(url))
    ask(browser, f"{url}{old.pk}/revoke/", word=sub.api_key)
    old.refresh_from_db()
    assert old.gone_at
    assert "Gone" in text(browser.get(url))
    ids = [each.id for each in vonage.state.account(sub.api_key).secrets]
    assert ids == [Operation.objects.get(kind="add_secret").remote_id]


def test_revoking_has_to_be_typed(browser, url, sub):
    keeping.read(sub)
    ask(browser, f"{url}new/")
    address = f"{url}{sub.api_secrets.order_by('pk').first().pk}/revoke/"
    token = re.search(r'name="token" value="([^"]+)"', text(browser.get(address)))[1]
    draft = browser.post(address, {"token": token})["Location"]
    assert browser.post(draft, {"word": "something"}).status_code == 422
    assert not Operation.objects.filter(kind="revoke_secret").exists()


def test_operator_adds_a_secret_and_does_not_see_it(member, url, sub):
    keeping.read(sub)
    browser = member("operator")
    operation = ask(browser, f"{url}new/")
    assert "can be shown once" not in text(browser.get(operation))
    assert browser.post(f"{operation}secret/").status_code == 403


def test_who_sees_the_account_only_sees_nothing_of_its_secrets(member, url, browser, sub, owner):
    keeping.read(sub)
    operation = ask(browser, f"{url}new/")
    support = member("support")
    assert support.get(url).status_code == 403
    assert support.get(operation).status_code == 404
    assert url not in text(support.get(f"/w/harbour/accounts/{sub.api_key}/"))


def test_age_is_judged(browser, url, sub):
    keeping.read(sub)
    assert ">Old</span>" not in text(browser.get(url))
    sub.api_secrets.update(created_at=timezone.now() - timedelta(days=91))
    assert ">Old</span>" in text(browser.get(url))


def test_page_takes_as_many_queries_for_two_as_for_none(
    browser, url, sub, django_assert_max_num_queries
):
    with django_assert_max_num_queries(30) as queries:
        browser.get(url)
        without = len(queries)
    assert without > 3
    keeping.read(sub)
    ask(browser, f"{url}new/")
    with django_assert_max_num_queries(without):
        browser.get(url)


def test_administrators_are_told_who_read_a_secret(member, url, sub, owner, mailoutbox):
    keeping.read(sub)
    browser = member("developer")
    operation = ask(browser, f"{url}new/")
    mailoutbox.clear()
    shown = text(browser.post(f"{operation}secret/"))
    value = re.search(r'<code class="secret">(\w+)</code>', shown)[1]
    assert [each.to for each in mailoutbox] == [[owner.email]]
    assert "developer looked at the new API secret of Harbour Hotel" in mailoutbox[0].body
    assert value not in mailoutbox[0].body
