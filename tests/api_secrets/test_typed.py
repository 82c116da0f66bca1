"""Secrets that people type themselves: checked, sealed at once, used once, forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from api_secrets.models import TypedSecret
from api_secrets.services import typing
from audit.models import Entry
from operations.models import Draft, Operation
from tests.api_secrets.test_pages import ask, browser, text, url  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = "Typed-By-Hand-7"


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("Short1a", "8 to 25 characters"),
        ("Long1" * 6, "8 to 25 characters"),
        ("nocapital1", "an upper case letter"),
        ("NOLOWER123", "a lower case letter"),
        ("NoDigitsHere", "a digit"),
        ("With space 1", "without spaces"),
        ("Übermut123", "English keyboard"),
    ],
)
def test_rules_are_said_before_vonage_refuses(secret, words, browser, url):  # noqa: F811 - fixtures
    assert words in typing.fault_of(secret)
    page = text(browser.post(f"{url}new/", {"token": "x", "secret": secret}))
    assert words in page
    assert secret not in page


def test_typed_secret_is_used_and_stands_nowhere(
    browser,  # noqa: F811 - the fixture
    url,  # noqa: F811 - the fixture
    sub,
    vonage,
):
    page = text(browser.get(f"{url}new/"))
    token = page.split('name="token" value="')[1].split('"')[0]
    form = {"token": token, "secret": TYPED}
    first = browser.post(f"{url}new/", form)["Location"]
    assert browser.post(f"{url}new/", form)["Location"] == first, "sent twice"
    assert TypedSecret.objects.count() == 1
    browser.post(first)
    assert not TypedSecret.objects.exists()
    from operations.services import sending

    sending.send_ready()
    assert vonage.state.authenticate(api_key=sub.api_key, secret=TYPED)
    rows = [*Operation.objects.values(), *Draft.objects.values(), *Entry.objects.values()]
    assert TYPED not in str(rows)


def test_what_was_typed_and_not_asked_for_is_forgotten(actor, db):
    typing.keep(actor, TYPED, form_token="form")
    assert typing.forget(timezone.now() - timedelta(days=1)) == 0
    TypedSecret.objects.update(typed_at=timezone.now() - timedelta(days=2))
    assert typing.forget(timezone.now() - timedelta(days=1)) == 1


def test_draft_whose_secret_is_forgotten_says_so(browser, url, sub):  # noqa: F811 - fixtures
    page = text(browser.get(f"{url}new/"))
    token = page.split('name="token" value="')[1].split('"')[0]
    draft = browser.post(f"{url}new/", {"token": token, "secret": TYPED})["Location"]
    TypedSecret.objects.all().delete()
    answer = text(browser.post(draft))
    assert "Type it again" in answer
    assert not Operation.objects.exists()
