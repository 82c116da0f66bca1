"""Single sign-on against an identity provider on a socket of its own. AU-2, AU-14, IN-6."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core import mail
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]


@pytest.fixture
def configured(issuer, settings):
    """Switchboard, told of the identity provider."""
    issuer.person = identity()
    settings.ENV = replace(
        settings.ENV,
        oidc_name="Harbour ID",
        oidc_issuer=issuer.url,
        oidc_client_id=issuer.client_id,
        oidc_client_secret=issuer.secret,
    )
    app = {
        "provider_id": "sso",
        "name": "Harbour ID",
        "client_id": issuer.client_id,
        "secret": issuer.secret,
        "settings": {"server_url": issuer.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    return settings


def identity(email="owner@example.com", sub="42", *, verified=True) -> dict:
    return {"sub": sub, "email": email, "email_verified": verified}


def come(client, process="login"):
    """Go to the identity provider and come back; return the answer to coming back."""
    page = f"{reverse('openid_connect_login', args=['sso'])}?process={process}"
    there = client.post(page)
    assert there.status_code == 302, there.content
    back = requests.get(there.url, allow_redirects=False, timeout=5).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


@pytest.fixture
def connected(configured, inside, issuer):
    """The owner's login, connected with the identity."""
    assert come(inside, "connect").url == reverse("security")
    return inside


def test_connected_identity_signs_in(connected, is_in, issuer, events):
    browser = Client()
    assert come(browser).url == reverse("home")
    assert is_in(browser)
    assert events()[-1] == ("user:session:start", "done")
    assert {"code_verifier", "code"} <= set(issuer.tokens[-1])


def test_connecting_is_told_and_written_down(configured, inside, events):
    come(inside, "connect")
    assert ("user:identity:connect", "done") in events()
    assert [each.subject for each in mail.outbox] == ["Single sign-on was connected"]
    assert b"owner@example.com" in inside.get(reverse("security")).content


def test_connecting_asks_first_who_is_there(configured, inside, age_session):
    age_session(inside, proved=301)
    page = f"{reverse('openid_connect_login', args=['sso'])}?process=connect"
    assert inside.get(page).url.startswith(reverse("account_reauthenticate"))
    assert inside.post(page).url.startswith(reverse("account_reauthenticate"))


def test_address_of_a_login_is_not_enough(configured, owner, workspace, is_in, events):
    from teams.models import User

    browser = Client()
    answer = come(browser)
    assert b"People are invited" in answer.content
    assert not is_in(browser)
    assert User.objects.count() == 1
    assert browser.get(reverse("socialaccount_signup")).url == reverse("account_login")


def test_second_factor_is_asked_for_as_well(connected, app, is_in):
    browser = Client()
    assert come(browser).url == reverse("mfa_authenticate")
    assert not is_in(browser)
    browser.post(reverse("mfa_authenticate"), {"code": app.code()})
    assert is_in(browser)


def test_signing_in_that_way_confirms_nothing(connected):
    browser = Client()
    come(browser)
    answer = browser.get(reverse("mfa_generate_recovery_codes"))
    assert answer.url.startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize(
    "person",
    [
        identity("owner@evil.example"),
        identity("owner@harbour.example.evil.example"),
        identity("owner@harbour.example", verified=False),
        {"sub": "42"},
    ],
)
def test_other_domains_are_refused(person, connected, issuer, configured, is_in, events):
    configured.ENV = replace(configured.ENV, oidc_domains=("harbour.example",))
    issuer.person = person
    browser = Client()
    assert come(browser).status_code == 403
    assert not is_in(browser)
    assert events()[-1] == ("user:session:fail", "refused")
    issuer.person = identity("owner@HARBOUR.example")
    come(browser)
    assert is_in(browser)


def test_workspace_that_wants_none_is_heard(connected, workspace, is_in):
    workspace.single_sign_on = False
    workspace.save()
    browser = Client()
    assert come(browser).status_code == 403
    assert not is_in(browser)


@pytest.fixture
def invited(actor):
    """A browser that came by the link of an invitation to this address."""
    from teams.services import invitations
    from teams.services.granting import Terms
    from teams.services.invitations import Guest

    def come_by_link(email: str) -> Client:
        terms = Terms(scope="all", preset="support")
        (sent,) = invitations.invite(actor, guests=[Guest(email)], terms=[terms])
        browser = Client()
        browser.get(urlsplit(sent.link.reveal()).path)
        return browser

    return come_by_link


def test_only_the_invited_get_a_login(configured, issuer, invited, is_in, workspace):
    from teams.models import Member, User

    issuer.person = identity("new@example.com", sub="43")
    assert b"People are invited" in come(Client()).content
    browser = invited("new@example.com")
    assert come(browser).url == reverse("socialaccount_signup")
    page = reverse("socialaccount_signup")
    assert b"You were invited" in browser.get(page).content
    browser.post(page, {"username": "newcomer", "email": "other@example.com"})
    assert is_in(browser)
    newcomer = User.objects.get(username="newcomer")
    assert newcomer.email == "new@example.com"
    assert not newcomer.has_usable_password()
    assert not Member.objects.exists()
    assert browser.get(reverse("home")).url == reverse("teams:invitation")
    browser.post(reverse("teams:invitation"))
    assert Member.objects.get().user == newcomer


@pytest.mark.parametrize(
    ("email", "verified"), [("else@example.com", True), ("new@example.com", False)]
)
def test_invitation_to_another_address_makes_no_login(
    email, verified, configured, issuer, invited, workspace
):
    issuer.person = identity(email, sub="44", verified=verified)
    assert b"People are invited" in come(invited("new@example.com")).content


def test_workspace_without_single_sign_on_makes_no_login_by_it(
    configured, issuer, invited, workspace
):
    issuer.person = identity("new@example.com", sub="45")
    workspace.single_sign_on = False
    workspace.save()
    assert b"People are invited" in come(invited("new@example.com")).content


def test_answer_that_nobody_asked_for_is_refused(connected, issuer, is_in):
    page = reverse("openid_connect_callback", args=["sso"])
    browser = Client()
    for query in ({"code": "code0", "state": "made-up"}, {"code": "code0"}, {}):
        assert browser.get(page, query).status_code == 401
    assert not is_in(browser)


def test_code_of_another_browser_is_refused(connected, is_in):
    there = Client().post(f"{reverse('openid_connect_login', args=['sso'])}?process=login")
    back = requests.get(there.url, allow_redirects=False, timeout=5).headers["Location"]
    victim = Client()
    victim.get(back.removeprefix("http://testserver"))
    assert not is_in(victim)


def test_provider_that_answers_nonsense_is_said(configured, issuer, client, is_in):
    issuer.person = {}
    answer = come(client)
    assert answer.status_code == 502
    assert b"Single sign-on did not work" in answer.content
    assert not is_in(client)


def test_provider_that_is_away_is_said(configured, client, db):
    app = configured.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = client.post(f"{reverse('openid_connect_login', args=['sso'])}?process=login")
    assert answer.status_code in {401, 502}
    assert b"Single sign-on did not work" in answer.content


def test_disconnected_identity_does_not_sign_in(connected, is_in, events):
    from allauth.socialaccount.models import SocialAccount

    pk = SocialAccount.objects.get().pk
    assert connected.get(reverse("socialaccount_connections")).status_code == 200
    connected.post(reverse("socialaccount_connections"), {"account": pk})
    assert ("user:identity:disconnect", "done") in events()
    browser = Client()
    come(browser)
    assert not is_in(browser)


def test_sign_in_page_offers_it_where_it_is_configured(client, configured, db):
    assert b"Sign in with Harbour ID" in client.get(reverse("account_login")).content


def test_without_an_identity_provider_there_is_nothing(client, db):
    assert b"Sign in with a passkey" in client.get(reverse("account_login")).content
    assert b"Sign in with single" not in client.get(reverse("account_login")).content
    assert client.get(reverse("openid_connect_login", args=["sso"])).status_code == 404
    assert client.get(reverse("openid_connect_callback", args=["sso"])).status_code == 404


def test_query_carries_a_challenge_and_no_secret(configured, issuer, client, db):
    there = client.post(f"{reverse('openid_connect_login', args=['sso'])}?process=login")
    asked = parse_qs(urlsplit(there.url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/sso/sso/back/"]
    assert issuer.secret not in there.url


def settings_with(**variables: str) -> subprocess.CompletedProcess:
    """Load the product's settings in a process of its own, print the form-action."""
    program = (
        "from dashboard import settings as s;"
        "print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'], s.ENV)"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_forms_may_lead_to_the_issuer_and_to_nobody_else():
    made = settings_with(
        OIDC_ISSUER="https://login.example.com/tenant/v2.0",
        OIDC_CLIENT_ID="switchboard",
        OIDC_CLIENT_SECRET="Oidc0Secret",
    )
    assert made.stdout.startswith("[\"'self'\", 'https://login.example.com']")
    assert "Oidc0Secret" not in made.stdout


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"OIDC_ISSUER": "https://login.example.com"}, "OIDC_CLIENT_ID"),
        ({"OIDC_ISSUER": "http://login.example.com"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "login.example.com"}, "OIDC_ISSUER"),
        ({"OIDC_DOMAINS": "me@example.com"}, "OIDC_DOMAINS"),
    ],
)
def test_wrong_configuration_stops_the_start(variables, fault):
    assert fault in settings_with(**variables).stderr
