"""Signing in, signing out, and what happens when the door is rattled at."""

import pytest
from django.core import mail
from django.urls import reverse

pytestmark = pytest.mark.django_db

PASSWORD = "owner and a long password"


def sign_in(client, login="owner", password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": login, "password": password, **more})


@pytest.mark.parametrize("login", ["owner", "OWNER", "owner@example.com", "Owner@Example.com"])
def test_people_sign_in_by_name_or_address(client, workspace, login):
    assert sign_in(client, login).url == reverse("home")
    assert client.get(reverse("home")).url == reverse("accounts:overview", args=[workspace.slug])


def test_wrong_password_says_nothing_about_the_name(client, workspace):
    known = sign_in(client, "owner", "wrong wrong wrong")
    unknown = sign_in(client, "nobody", "wrong wrong wrong")
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors


def test_guessing_is_limited_and_then_the_right_password_is_refused_too(client, workspace):
    for _ in range(5):
        sign_in(client, "owner", "wrong wrong wrong")
    answer = sign_in(client)
    assert answer.status_code in {200, 429}
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client, rf):
    from allauth.account.adapter import get_adapter
    from django.urls import NoReverseMatch

    assert not get_adapter().is_open_for_signup(rf.get("/"))
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert b"ign up" not in client.get(reverse("account_login")).content


def test_leaving_is_a_post(signed_in):
    signed_in.get(reverse("account_logout"))
    assert "_auth_user_id" in signed_in.session
    signed_in.post(reverse("account_logout"))
    assert "_auth_user_id" not in signed_in.session


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_sign_in_leads_nowhere_else(client, workspace, to):
    assert sign_in(client, next=to).url == reverse("home")


def test_password_reset_by_mail_works_once_and_names_the_configured_address(
    client, workspace, settings
):
    client.post(reverse("account_reset_password"), {"email": "owner@example.com"})
    (sent,) = mail.outbox
    link = next(word for word in sent.body.split() if "/password/reset/" in word)
    assert link.startswith(settings.BASE_URL)
    form = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    address = form.redirect_chain[-1][0]
    new = "a quite different lantern"
    client.post(address, {"password1": new, "password2": new})
    client.logout()
    assert sign_in(client, password=new).url == reverse("home")
    client.logout()
    again = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    assert b"password1" not in again.content


def test_reset_for_an_unknown_address_looks_the_same(client, workspace):
    known = client.post(reverse("account_reset_password"), {"email": "owner@example.com"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_forged_host_does_not_reach_a_mail(client, workspace, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    answer = client.post(
        reverse("account_reset_password"),
        {"email": "owner@example.com"},
        headers={"Host": "evil.example"},
    )
    assert answer.status_code == 400
    assert mail.outbox == []


def test_time_zone_is_the_persons_own(signed_in, owner):
    answer = signed_in.post(reverse("teams:me"), {"time_zone": "Asia/Tokyo"})
    assert answer.status_code == 302
    owner.refresh_from_db()
    assert owner.time_zone == "Asia/Tokyo"
    wrong = signed_in.post(reverse("teams:me"), {"time_zone": "Mars/Olympus"})
    assert wrong.status_code == 422


def test_person_without_a_workspace_is_told(client, stranger):
    client.force_login(stranger)
    answer = client.get(reverse("home"))
    assert answer.status_code == 200
    assert b"workspace" in answer.content
