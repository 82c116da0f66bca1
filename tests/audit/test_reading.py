from datetime import timedelta

import pytest
from django.db import transaction

from audit.events import Event
from audit.models import Entry
from audit.writing import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(owner, stranger, workspace):
    """Four entries, by name."""
    with transaction.atomic():
        return {
            "tag": record(Event.TAG_PUT, actor=owner, workspace=workspace, account=1),
            "grant": record(
                Event.GRANT_GIVEN, actor=owner, workspace=workspace, account=2, target=stranger
            ),
            "denied": record(
                Event.ACCESS_DENIED,
                actor=stranger,
                workspace=workspace,
                outcome=Entry.Outcome.REFUSED,
            ),
            "setup": record(Event.INSTALLATION_SET_UP, actor=owner, workspace=None),
        }


def test_filters_in_words_of_the_page(book, owner, stranger, workspace):
    ours = Entry.objects.of(workspace)

    def names(entries):
        found = list(entries)
        return [name for name, entry in book.items() if entry in found]

    assert names(ours) == ["tag", "grant", "denied"]
    assert names(Entry.objects.of(None)) == ["setup"]
    assert names(ours.about([1])) == ["tag"]
    assert names(ours.about(Entry.objects.filter(account_id=2).values("account_id"))) == ["grant"]
    assert names(ours.about_no_account()) == ["denied"]
    assert names(ours.by(owner)) == ["tag", "grant"]
    assert names(ours.by(stranger.pk)) == ["denied"]
    assert names(ours.on(stranger)) == ["grant"]
    assert names(ours.named([Event.TAG_PUT, Event.ACCESS_DENIED])) == ["tag", "denied"]
    assert names(ours.refused()) == ["denied"]


def test_period_includes_its_start_and_not_its_end(book, workspace):
    entries = Entry.objects.of(workspace)
    at = book["grant"].at
    assert book["grant"] in entries.between(at, None)
    assert book["grant"] not in entries.between(None, at)
    assert book["grant"] in entries.between(None, at + timedelta(microseconds=1))
    assert entries.between(None, None).count() == 3


def test_newest_is_at_the_top(book, workspace):
    order = list(Entry.objects.of(workspace).newest_first())
    assert order == [book["denied"], book["grant"], book["tag"]]
