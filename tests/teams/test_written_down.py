"""What happens at the door stands in the audit book."""

import pytest
from django.urls import reverse

from audit.models import Entry

pytestmark = pytest.mark.django_db


def events() -> list[str]:
    return list(Entry.objects.order_by("at", "pk").values_list("event", flat=True))


def sign_in(client, password: str):
    return client.post(reverse("account_login"), {"login": "owner", "password": password})


def test_coming_and_leaving_is_written_down(client, owner):
    sign_in(client, "owner and a long password")
    client.post(reverse("account_logout"))
    assert events() == ["user:session:start", "user:session:leave"]
    entry = Entry.objects.order_by("seq").first()
    assert (entry.actor_label, entry.outcome) == ("owner", "done")
    assert entry.ip == "127.0.0.1"


def test_failing_is_written_down_without_what_was_typed(client, owner):
    client.post(reverse("account_login"), {"login": "my secret", "password": "Canary0Secret"})
    (entry,) = Entry.objects.values()
    assert entry["event"] == "user:session:fail"
    assert entry["outcome"] == "refused"
    assert "my secret" not in str(entry)
    assert "Canary0Secret" not in str(entry)


def test_book_stays_valid(client, owner):
    from django.core.management import call_command

    sign_in(client, "owner and a long password")
    sign_in(client, "wrong wrong wrong")
    call_command("verify_audit")
