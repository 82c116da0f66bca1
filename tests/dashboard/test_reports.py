"""LG-2: what is written about an error holds nothing of what people sent."""

import logging

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from teams.door import backends

PASSWORD = "Canary0Password0Canary"
SESSION = "Canary0Session0Canary0Session0Ca"


@pytest.fixture
def reported(settings, monkeypatch, db):
    """Let a page fail with a password in its hands; return the mail about it, both parts."""

    def fail(*given, **named):
        raise RuntimeError("broken")

    settings.ADMINS = [("Admin", "admin@example.com")]
    settings.DEBUG = False
    (handler,) = logging.getLogger("django").handlers
    monkeypatch.setattr(handler, "include_html", True)
    monkeypatch.setattr(backends.QuickBackend, "_authenticate", fail)

    def run(path="", **given):
        client = Client(raise_request_exception=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = SESSION
        answer = client.post(path or reverse("account_login"), given)
        (sent,) = mail.outbox
        return answer.status_code, f"{sent.subject}\n{sent.body}\n{sent.alternatives[0][0]}"

    return run


def test_report_tells_where_and_nothing_of_what_was_sent(reported):
    status, report = reported(login="ada", password=PASSWORD, remark="Canary0Remark")
    assert status == 500
    assert "POST /sign-in/" in report
    assert "RuntimeError: broken" in report
    assert "in fail" in report
    for canary in (PASSWORD, SESSION, "Canary0Remark", "only-for-tests"):
        assert canary not in report


def test_address_of_a_link_is_cut(reported, monkeypatch):
    from api_secrets.services import handing_over

    def fail(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(handing_over, "digest_of", fail)
    client = Client(raise_request_exception=False)
    client.get("/hand-over/Canary0Token0Canary0Token/")
    (sent,) = mail.outbox
    assert "Canary0Token" not in f"{sent.subject}\n{sent.body}\n{sent.alternatives[0][0]}"
    assert "/hand-over/***" in sent.subject
