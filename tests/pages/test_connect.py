"""Connecting to Vonage: what works, and each way in which it does not."""

import pytest
from django.urls import reverse

from accounts.models import Account, Connection, Mirror
from vonage_api import Timeouts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(workspace) -> str:
    return reverse("accounts:connect", args=[workspace.slug])


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    """No worker runs here; the bell itself is tested with the tasks."""
    monkeypatch.setattr("accounts.views.connecting.ring", lambda _: True)


def credentials(vonage, **changes):
    return {"api_key": vonage.api_key, "api_secret": vonage.api_secret, **changes}


def test_right_credentials_are_kept_sealed_and_the_first_reading_is_due(
    signed_in, url, vonage, workspace
):
    answer = signed_in.post(url, credentials(vonage))
    assert answer.url == reverse("accounts:overview", args=[workspace.slug])
    row = Connection.objects.get()
    assert vonage.api_secret.encode() not in bytes(row.api_secret)
    assert Mirror.objects.get().read_at is None
    page = signed_in.get(answer.url)
    assert "€\xa027.4572" in page.content.decode()
    assert page.context["freshness"].is_reading


def test_wrong_secret_is_explained_and_not_shown_again(signed_in, url, vonage):
    answer = signed_in.post(url, credentials(vonage, api_secret="Wrong0Secret"))
    assert answer.status_code == 422
    assert "does not know this key" in answer.context["fault"].title
    assert b"Wrong0Secret" not in answer.content
    assert vonage.api_key.encode() in answer.content
    assert not Connection.objects.exists()


def test_unreachable_host_is_explained(signed_in, url, vonage, settings):
    settings.VONAGE_HOSTS = ("http://127.0.0.1:9", "http://127.0.0.1:9")
    answer = signed_in.post(url, credentials(vonage))
    assert answer.status_code == 422
    assert "did not answer" in answer.context["fault"].title
    assert "127.0.0.1" in answer.context["fault"].title


@pytest.mark.parametrize(
    ("status", "body", "title"),
    [
        (200, b"<html>Welcome to the hotel</html>", "not Vonage's API"),
        (200, b'{"autoReload": false}', "not Vonage's API"),
        (500, b"{}", "a fault of its own"),
        (429, b"{}", "slow down"),
        (
            403,
            b'{"type": "https://example.com/errors#invalid-ip", "title": "Forbidden"}',
            "does not accept calls from this server",
        ),
        (403, b'{"type": "https://example.com/errors#account-suspended"}', "suspended"),
        (403, b'{"type": "https://example.com/errors#other", "title": "No"}', "refused"),
    ],
)
def test_every_kind_of_answer_has_its_explanation(
    status, body, title, signed_in, url, vonage, settings, answering
):
    settings.VONAGE_HOSTS = (answering(status, body),) * 2
    answer = signed_in.post(url, credentials(vonage))
    assert answer.status_code == 422
    assert title in answer.context["fault"].title
    assert not Connection.objects.exists()


def test_wrong_key_may_be_changed_until_something_is_mirrored(signed_in, url, vonage, connection):
    Connection.objects.update(api_key="mistyped")
    signed_in.post(url, credentials(vonage))
    assert Connection.objects.get().api_key == vonage.api_key


def test_other_account_does_not_replace_the_mirrored_one(signed_in, url, vonage, read):
    read()
    answer = signed_in.post(url, credentials(vonage, api_key="other"))
    assert answer.status_code == 422
    assert "cannot change" in str(answer.context["form"].errors["api_key"])


def test_new_secret_mends_a_broken_connection_at_once(signed_in, url, vonage, connection, mirror):
    Connection.objects.update(state="refused")
    Mirror.objects.update(fault="refused", failures=7)
    signed_in.post(url, credentials(vonage))
    assert Connection.objects.get().state == "working"
    assert Mirror.objects.get().failures == 0


def test_only_the_primary_user_connects(client, stranger, url, vonage):
    client.force_login(stranger)
    assert client.post(url, credentials(vonage)).status_code == 404
    assert not Account.objects.exists()


def test_host_that_hangs_does_not_hold_the_page(
    signed_in, url, vonage, settings, hanging, monkeypatch
):
    settings.VONAGE_HOSTS = (hanging, hanging)
    monkeypatch.setattr("accounts.services.connecting.PATIENCE", Timeouts(read=0.3, total=0.5))
    answer = signed_in.post(url, credentials(vonage))
    assert "did not answer" in answer.context["fault"].title
