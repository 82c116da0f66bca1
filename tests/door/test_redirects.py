"""No page of the door leads to somewhere else. AU-15."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https://evil.example",
    "http://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "%09//evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "//evil.example\\@testserver",
    "//testserver@evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "https://eviltestserver/",
    "//\u3002evil.example",
    "http:\\\\evil.example",
    "/%5cevil.example/..//evil.example",
    "\x00//evil.example",
    "//[::1]",
]


def leads_home(location: str) -> bool:
    """Return whether a browser that is on one of our pages stays with us."""
    from urllib.parse import urljoin, urlsplit

    cleaned = location.strip().replace("\t", "").replace("\n", "").replace("\\", "/")
    target = urlsplit(urljoin("http://testserver/page/", cleaned))
    return (target.scheme, target.netloc) == ("http", "testserver")


@pytest.mark.parametrize("to", ELSEWHERE)
def test_signing_in_leads_home(to, sign_in, workspace, client):
    client.post(
        reverse("account_login"),
        {"login": "owner", "password": "owner and a long password", "next": to},
    )
    answer = client.get(reverse("account_login"), {"next": to})
    assert leads_home(answer.url)


@pytest.mark.parametrize("to", ELSEWHERE)
def test_confirming_leads_home(to, client, workspace):
    sign_in_with(client)
    answer = client.post(
        reverse("account_reauthenticate"),
        {"password": "owner and a long password", "next": to},
    )
    assert answer.status_code == 302
    assert leads_home(answer.url)


@pytest.mark.parametrize("to", ELSEWHERE)
def test_session_that_ends_under_a_fragment_leads_home(to, client, workspace):
    answer = client.get(
        reverse("accounts:list", args=["harbour"]),
        headers={"HX-Request": "true", "HX-Current-URL": to.strip("\n\t\x00")},
    )
    assert leads_home(answer.headers["HX-Redirect"])
    assert "evil.example" not in answer.headers["HX-Redirect"] or answer.headers[
        "HX-Redirect"
    ].startswith("/sign-in/?next=%2F")


@pytest.mark.parametrize("to", ELSEWHERE)
def test_form_behind_a_confirmation_leads_home(to, client, workspace, age_session):
    sign_in_with(client)
    age_session(client, proved=301)
    answer = client.post(
        reverse("mfa_generate_recovery_codes"), headers={"Referer": to.strip("\n\t\x00")}
    )
    assert leads_home(answer.url)
    assert "evil" not in answer.url


def sign_in_with(client) -> None:
    client.post(
        reverse("account_login"), {"login": "owner", "password": "owner and a long password"}
    )
