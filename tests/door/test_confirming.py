"""Dangerous pages ask once more who is there. AU-5, AU-7, BR-10."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from teams.door.confirming import confirmed, is_confirmed

pytestmark = pytest.mark.django_db

PASSWORD = "owner and a long password"
DANGEROUS = [
    "account_change_password",
    "account_email",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "socialaccount_connections",
]


def confirm(client, password=PASSWORD, to="/me/security/"):
    return client.post(reverse("account_reauthenticate"), {"password": password, "next": to})


@pytest.mark.parametrize("name", DANGEROUS)
def test_old_session_is_asked_and_comes_back(name, inside, age_session):
    page = reverse(name)
    assert inside.get(page).status_code == 200
    age_session(inside, proved=301)
    answer = inside.get(page)
    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_reauthenticate')}?next={page.replace('/', '%2F')}"
    assert b"worth a second look" in inside.get(answer.url).content
    assert confirm(inside, to=page).url == page
    assert inside.get(page).status_code == 200


def test_form_is_not_sent_again_after_confirming(inside, age_session, owner):
    page = reverse("account_change_password")
    new = "a quite different lantern"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    age_session(inside, proved=301)
    asked = inside.post(page, data, headers={"Referer": f"http://testserver{page}"})
    assert asked.url.endswith("next=%2Fpassword%2Fchange%2F")
    assert confirm(inside, to=page).url == page
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/me/security/?a=b", "/me/security/?a=b"),
        ("https://evil.example/page", "/"),
        ("", "/"),
    ],
)
def test_way_back_from_a_form_is_a_page_of_ours(referer, back, inside, age_session):
    age_session(inside, proved=301)
    answer = inside.post(reverse("mfa_generate_recovery_codes"), headers={"Referer": referer})
    assert parse_qs(urlsplit(answer.url).query)["next"] == [back]


def test_fragment_leaves_for_the_page_as_a_whole(inside, age_session):
    age_session(inside, proved=301)
    here = "http://testserver/me/security/"
    answer = inside.post(
        reverse("mfa_generate_recovery_codes"),
        headers={"HX-Request": "true", "HX-Current-URL": here},
    )
    assert answer.headers["HX-Redirect"] == "/confirm/?next=%2Fme%2Fsecurity%2F"
    assert answer.content == b""
    assert "account_reauthentication_state" not in inside.session


def test_confirming_is_worth_nothing_in_another_session(inside, sign_in, age_session):
    other = sign_in()
    age_session(inside, proved=301)
    age_session(other, proved=301)
    confirm(inside)
    assert inside.get(reverse("mfa_generate_recovery_codes")).status_code == 200
    assert other.get(reverse("mfa_generate_recovery_codes")).status_code == 302


def test_session_has_a_new_id_afterwards_and_the_old_one_is_dead(inside, age_session, is_in):
    old = inside.session.session_key
    age_session(inside, proved=301)
    confirm(inside)
    assert inside.session.session_key != old
    thief = Client()
    thief.cookies["session"] = old
    assert is_in(inside)
    assert not is_in(thief)


def test_confirming_is_written_down_and_so_is_failing(inside, age_session, events):
    age_session(inside, proved=301)
    confirm(inside, "wrong wrong wrong")
    confirm(inside)
    assert events()[-2:] == [("user:session:confirm", "refused"), ("user:session:confirm", "done")]


def test_guessing_while_confirming_is_limited(inside, age_session):
    age_session(inside, proved=301)
    answers = [confirm(inside, "wrong wrong wrong").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_code_confirms_once(inside, app, age_session):
    code = app.code(1)
    page = reverse("mfa_reauthenticate")
    age_session(inside, proved=301)
    assert inside.post(page, {"code": code, "next": "/me/security/"}).url == "/me/security/"
    age_session(inside, proved=301)
    assert b"This code is wrong" in inside.post(page, {"code": code}).content


def test_link_in_a_mail_does_not_confirm(rf, owner):
    assert not is_confirmed(request_with(rf, owner, "password_reset", "socialaccount"))
    assert is_confirmed(request_with(rf, owner, "mfa"))


def test_without_password_and_factor_one_is_sent_to_set_one_up(rf, owner):
    owner.set_unusable_password()
    owner.save()
    request = request_with(rf, owner, "socialaccount")
    answer = confirmed(lambda _: HttpResponse("reached"))(request)
    assert answer.url == reverse("security")
    (message,) = request._messages
    assert "neither" in str(message)


def test_without_password_and_factor_one_can_set_one_up_when_freshly_signed_in(
    client, owner, age_session
):
    owner.set_unusable_password()
    owner.save()
    client.force_login(owner)
    prove(client, owner, "nothing of the kind", ago=301)
    assert client.get(reverse("mfa_activate_totp")).url == reverse("security")
    prove(client, owner, "socialaccount")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get(reverse("account_set_password")).status_code == 200
    assert client.get(reverse("account_email")).url == reverse("security")
    age_session(client, proved=301)
    assert client.get(reverse("mfa_activate_totp")).url == reverse("security")


def test_it_stands_below_a_right(rf, owner, workspace):
    from teams.access import access_of, requires
    from teams.capabilities import Capability

    @requires(Capability.TEAM_MANAGE)
    @confirmed
    def view(request):
        return HttpResponse(request.actor.workspace.slug)

    assert access_of(view).capability == Capability.TEAM_MANAGE
    assert view(request_with(rf, owner, "password"), slug="harbour").content == b"harbour"
    assert view(request_with(rf, owner), slug="harbour").status_code == 302


def prove(client, user, method, *, ago=0) -> None:
    import time

    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def request_with(rf, user, *methods):
    """Return a request whose session holds these proofs."""
    import time

    from django.contrib.messages.storage.session import SessionStorage
    from django.contrib.sessions.backends.db import SessionStore

    request = rf.get("/page/")
    request.user, request.session = user, SessionStore()
    request._messages = SessionStorage(request)
    request.session["account_authentication_methods"] = [
        {"method": each, "at": time.time()} for each in methods
    ]
    request.session["account_authentication_methods_user"] = str(user.pk)
    return request
