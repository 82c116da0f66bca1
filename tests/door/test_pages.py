"""What holds for every page of the door. AU-1, BR-1 to BR-9, BR-12 to BR-14."""

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

pytestmark = pytest.mark.django_db

OPEN = [
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "socialaccount_login_cancelled",
]
OWN = [
    "account_change_password",
    "account_email",
    "account_reauthenticate",
    "account_logout",
    "security",
    "sessions",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "socialaccount_connections",
]
ONLY_WITH_AN_APP = [
    "mfa_reauthenticate",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
]
POSTS = [
    ("account_login", []),
    ("mfa_login_webauthn", []),
    ("account_reset_password", []),
    ("account_change_password", []),
    ("account_email", []),
    ("account_reauthenticate", []),
    ("account_logout", []),
    ("mfa_activate_totp", []),
    ("mfa_deactivate_totp", []),
    ("mfa_generate_recovery_codes", []),
    ("mfa_add_webauthn", []),
    ("end_other_sessions", []),
    ("end_session", [1]),
    ("cancel_factor_reset", [1]),
    ("openid_connect_login", ["sso"]),
    ("socialaccount_connections", []),
]


@pytest.fixture
def with_app(inside, app):
    """The owner, signed in, with an authenticator app."""
    return inside


def check(answer) -> None:
    assert answer.status_code == 200, answer
    page = answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"].startswith(("private", "max-age=0"))
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "<html" in page
    assert not re.search(r"sign.?up\b(?!\.)", page, re.IGNORECASE)
    assert not re.search(r"\son\w+=|javascript:|(src|href)=\"(https?:)?//", page)


@pytest.mark.parametrize("name", OPEN)
def test_open_pages_are_open_and_strict(name, client):
    check(client.get(reverse(name)))


@pytest.mark.parametrize("name", OWN)
def test_own_pages_are_strict(name, inside):
    check(inside.get(reverse(name)))


@pytest.mark.parametrize("name", ONLY_WITH_AN_APP)
def test_pages_of_a_factor_are_strict(name, with_app):
    check(with_app.get(reverse(name)))


def test_second_step_is_strict(app, sign_in):
    check(sign_in().get(reverse("mfa_authenticate")))


@pytest.mark.parametrize("name", [*OWN[:3], *OWN[4:], *ONLY_WITH_AN_APP])
def test_strangers_are_sent_to_sign_in(name, client, owner):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))
    assert client.post(reverse(name)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(("name", "args"), POSTS)
def test_forms_need_their_token(name, args, with_app):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = with_app.cookies
    assert browser.post(reverse(name, args=args)).status_code == 403


def test_form_works_after_signing_in_with_the_token_of_its_page(workspace, owner):
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(reverse("account_login")).content.decode()
    data = {"login": "owner", "password": "owner and a long password"}
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    browser.post(reverse("account_login"), {**data, "csrfmiddlewaretoken": token})
    fresh = browser.get(reverse("sessions")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', fresh)[1]
    answer = browser.post(reverse("end_other_sessions"), headers={"X-CSRFToken": token})
    assert answer.url == reverse("sessions")


def test_looking_changes_nothing(with_app, owner):
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator

    from audit.models import Entry
    from teams.models import User

    with_app.get(reverse("mfa_view_recovery_codes"))  # shown once, and that is noted

    def state() -> list:
        models = (User, EmailAddress, Authenticator, Entry)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = state()
    for name in [*OWN, *ONLY_WITH_AN_APP]:
        with_app.get(reverse(name))
        with_app.head(reverse(name))
    assert state() == before


def test_cookies_are_out_of_reach_of_scripts(inside):
    for cookie in inside.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["domain"]


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_request_login_code",
        "account_confirm_login_code",
        "mfa_trust",
        "mfa_signup_webauthn",
        "mfa_download_recovery_codes",
        "usersessions_list",
    ],
)
def test_what_is_not_wanted_has_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_page_says_why_a_second_factor_is_needed(inside, workspace, owner, app):
    from allauth.mfa.models import Authenticator

    workspace.second_factor_required = True
    workspace.save()
    assert b"lets you in as soon as" not in inside.get(reverse("security")).content
    Authenticator.objects.all().delete()
    page = inside.get(reverse("security")).content.decode()
    assert "Harbour Messaging" in page
    assert "lets you in as soon as you have a second factor" in page
    workspace.second_factor_required = False
    workspace.save()
    assert b"lets you in as soon as" not in inside.get(reverse("security")).content


def test_login_that_is_turned_off_says_so_to_its_owner_only(sign_in, owner):
    owner.is_active = False
    owner.save()
    assert sign_in().answer.url == reverse("account_inactive")
    assert sign_in(password="wrong wrong wrong").answer.status_code == 200


def test_nothing_secret_is_in_the_page_again(inside):
    answer = inside.post(
        reverse("account_change_password"),
        {"oldpassword": "Canary0Secret", "password1": "Canary1Secret", "password2": "x"},
    )
    assert b"Canary" not in answer.content


def test_recovery_codes_are_on_no_page_but_the_one(with_app, recovery_codes):
    for name in ("security", "mfa_generate_recovery_codes", "sessions"):
        page = with_app.get(reverse(name)).content.decode()
        assert not any(code in page for code in recovery_codes)


@pytest.mark.parametrize("agent", ["<img src=x onerror=alert(1)>", '" hx-get="/x', "{{ 7*7 }}"])
def test_browsers_names_are_data(agent, sign_in, workspace, owner):
    from allauth.mfa.models import Authenticator

    browser = sign_in(Client(headers={"User-Agent": agent}))
    Authenticator.objects.create(
        user=owner,
        type="webauthn",
        data={"name": agent, "credential": {}},
    )
    for name in ("sessions", "security"):
        page = browser.get(reverse(name)).content.decode()
        assert "<img src=x" not in page
        assert '" hx-get="/x' not in page
        assert ">49<" not in page
