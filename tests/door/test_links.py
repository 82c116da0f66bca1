"""Links in mails: they work once, for an hour, the newest only. AU-11, AU-12, AU-14, IN-13."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db

NEW = "a quite different lantern"


@pytest.fixture
def ask(settings, owner):
    """Ask for a link and return its path."""

    def run(email="owner@example.com", **more) -> str:
        mail.outbox.clear()
        Client().post(reverse("account_reset_password"), {"email": email}, **more)
        return link_in(mail.outbox[0], "/password/reset/", settings)

    return run


def link_in(sent, part, settings) -> str:
    (link,) = {word for word in sent.body.split() if part in word}
    assert link.startswith(f"{settings.BASE_URL}/")
    return link.removeprefix(settings.BASE_URL)


def opened(link) -> tuple[Client, str]:
    """Follow the link in a new browser; return it and the address of the form."""
    client = Client()
    page = client.get(link, follow=True)
    return client, page.redirect_chain[-1][0] if page.redirect_chain else ""


def choose(link, password=NEW):
    client, form = opened(link)
    return client.post(form, {"password1": password, "password2": password}) if form else None


def works(link) -> bool:
    return bool(opened(link)[1])


def test_link_works_once(ask, owner):
    link = ask()
    assert choose(link).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(NEW)
    assert not works(link)


def test_token_stands_in_no_session(ask):
    link = ask()
    client, form = opened(link)
    token = link.rstrip("/").partition("-")[2]
    assert token not in str(dict(client.session))
    client.post(form, {"password1": NEW, "password2": "another"})
    assert token not in str(dict(client.session))
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_works(ask, owner):
    link = ask()
    browsers = [opened(link) for _ in range(8)]

    def use(number):
        client, form = browsers[number]
        try:
            password = f"{NEW} {number}"
            answer = client.post(form, {"password1": password, "password2": password})
            return answer.status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(8))).count(302) == 1


def test_link_lives_for_an_hour(ask):
    with time_machine.travel("2026-11-23 12:00:00Z") as clock:
        link = ask()
        clock.shift(timedelta(minutes=59))
        assert works(link)
        clock.shift(timedelta(minutes=2))
        assert not works(link)


def test_newer_link_replaces_the_older(ask):
    old, new = ask(), ask()
    assert not works(old)
    assert works(new)


def test_link_dies_with_a_new_address(ask, owner):
    from allauth.account.models import EmailAddress

    link = ask()
    EmailAddress.objects.filter(user=owner).update(email="new@example.com")
    owner.email = "new@example.com"
    owner.save()
    assert not works(link)


def test_link_dies_with_a_new_password(ask, owner):
    link = ask()
    owner.set_password(NEW)
    owner.save()
    assert not works(link)


def test_link_goes_to_the_known_address_only(client, owner):
    page = reverse("account_reset_password")
    client.post(page, {"email": ["owner@example.com", "evil@example.com"]})
    client.post(page, {"email[]": ["owner@example.com", "evil@example.com"]})
    client.post(page, {"email": "owner@example.com,evil@example.com"})
    client.post(page, {"email": "own\u0435r@example.com"})
    client.post(page, {"email": "OWNER@example.com"})
    assert [each.to for each in mail.outbox] == [["owner@example.com"]]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "testserver:8080@evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
    ],
)
def test_forged_host_reaches_no_mail(headers, client, owner, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    client.post(reverse("account_reset_password"), {"email": "owner@example.com"}, headers=headers)
    assert "evil" not in "".join(each.body for each in mail.outbox)


def test_new_password_by_link_ends_all_sessions_and_is_told(ask, inside, is_in, events):
    choose(ask())
    assert not is_in(inside)
    assert [each.subject for each in mail.outbox][1:] == ["Your password was changed"]
    assert ("user:password:reset", "done") in events()


@pytest.mark.parametrize("password", ["short", "password1234", "1234123412341234", "x" * 129])
def test_bad_passwords_leave_the_link_alone(password, ask, owner):
    link = ask()
    choose(link, password)
    owner.refresh_from_db()
    assert owner.check_password("owner and a long password")
    assert works(link)


def test_long_passwords_are_welcome(ask, owner):
    password = "correct horse battery staple " * 4 + "and more 0123"[:12]
    assert len(password) == 128
    choose(ask(), password)
    owner.refresh_from_db()
    assert owner.check_password(password)


@pytest.fixture
def change(inside, settings):
    """Ask for a new address and return the path of the link that confirms it."""

    def run(email="new@example.com") -> str:
        mail.outbox.clear()
        inside.post(reverse("account_email"), {"email": email, "action_add": ""})
        sent = next(each for each in mail.outbox if each.to == [email])
        return link_in(sent, "/confirm-email/", settings)

    return run


def test_new_address_counts_when_it_is_confirmed_and_both_are_told(change, owner, events):
    link = change()
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"
    Client().get(link)
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"
    mail.outbox.clear()
    Client().post(link)
    owner.refresh_from_db()
    assert owner.email == "new@example.com"
    assert {tuple(each.to) for each in mail.outbox} == {
        ("owner@example.com",),
        ("new@example.com",),
    }
    for told in mail.outbox:
        assert "changed from owner@example.com to new@example.com" in told.body
    assert ("user:email:change", "done") in events()


def test_person_with_a_second_factor_can_change_the_address(change, app, owner):
    Client().post(change())
    owner.refresh_from_db()
    assert owner.email == "new@example.com"


def test_address_of_somebody_else_is_not_taken_even_if_they_confirm_it(change, stranger, owner):
    link = change("stranger@example.com")
    answer = Client().post(link, follow=True)
    assert answer.status_code == 200
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"


def test_confirming_link_works_once(change, owner):
    link = change()
    Client().post(link)
    assert b"no longer works" in Client().get(link).content


def test_sign_in_from_a_new_place_is_told_once(sign_in, owner, workspace):
    sign_in()
    assert mail.outbox == []
    sign_in(Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Version/18 Safari/604.1"}))
    sign_in(Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Version/19 Safari/605.1"}))
    sign_in(REMOTE_ADDR="203.0.113.9")
    sign_in(REMOTE_ADDR="203.0.113.200")
    sign_in()
    assert [each.subject for each in mail.outbox] == ["You signed in from a new place"] * 2
    assert "Safari on iPhone" in mail.outbox[0].body
    assert "203.0.113.9" in mail.outbox[1].body


def test_mail_that_cannot_be_sent_stops_nobody(sign_in, owner, workspace, is_in, monkeypatch):
    def broken(*_):
        raise OSError("no mail server")

    sign_in()
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
    assert is_in(sign_in(REMOTE_ADDR="203.0.113.9"))


def test_time_in_mails_is_said_with_its_zone(sign_in, owner, workspace):
    sign_in()
    sign_in(REMOTE_ADDR="203.0.113.9")
    assert f"{timezone.now():%Y}" in mail.outbox[0].body
    assert "UTC" in mail.outbox[0].body
