"""The activity as a file (EX-1, EX-2): whose, how much, and written down."""

import json

import pytest
from django.urls import reverse

from audit.models import Entry
from dashboard.activity import timeline
from dashboard.activity.wanted import Wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(client, workspace):
    def post(person, **given):
        client.force_login(getattr(person, "user", person))
        return client.post(reverse("activity_export", args=[workspace.slug]), given)

    return post


def test_lines_hold_what_the_page_shows(take, book, join, actor_of):
    member = join("ada", preset="auditor")
    answer = take(member, format="jsonl", group="accounts")
    lines = [json.loads(line) for line in answer.getvalue().decode().splitlines()]
    shown = timeline.page(actor_of(member), Wanted(group="accounts")).happenings
    assert [(each["event"], each["new"]) for each in lines] == [
        (each.event, each.new) for each in shown
    ]
    assert lines[0]["at"] == "2026-11-23T12:08:00.000000+00:00"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="activity-')


def test_cells_of_csv_are_no_formulas(take, owner, happens):
    happens("team:tag:define", reason="=HYPERLINK(1)")
    answer = take(owner, format="csv")
    text = answer.getvalue().decode()
    assert "'=HYPERLINK(1)" in text
    assert text.startswith("\ufefftime (UTC),who,")


def test_it_is_written_down_with_what_it_was_narrowed_to(take, owner, book):
    take(owner, format="csv", group="people", account="aaaa0001")
    entry = Entry.objects.named(["workspace:export:make"]).get()
    assert entry.new == {
        "what": "activity",
        "format": "csv",
        "group": "people",
        "account": "aaaa0001",
    }


def test_nothing_is_read_before_it_is_sent(take, owner, book, monkeypatch):
    monkeypatch.setattr(timeline, "CHUNK", 2)
    read = []
    page = timeline.page
    monkeypatch.setattr(timeline, "page", lambda *args, **how: read.append(1) or page(*args, **how))
    answer = take(owner, format="csv")
    assert answer.streaming
    assert read == []
    lines = iter(answer.streaming_content)
    next(lines)  # the byte order mark
    next(lines)  # the head
    assert read == []
    next(lines)
    assert read == [1]
    assert len(list(lines)) >= 10
    assert len(read) >= 6


def test_file_ends_somewhere_and_says_so(take, owner, book, monkeypatch):
    monkeypatch.setattr("dashboard.activity.export.MOST_ROWS", 3)
    assert take(owner, format="csv").getvalue().decode().count("Cut off here") == 1
    last = take(owner, format="jsonl").getvalue().decode().splitlines()[-1]
    assert "Cut off here" in last


@pytest.mark.parametrize("preset", ["finance", "operator", "customer_admin"])
def test_it_takes_a_right_of_its_own(take, preset, join, book):
    answer = take(join("ada", preset=preset), format="csv")
    assert answer.status_code == 403
    assert b"audit.export" in answer.content
    assert not Entry.objects.named(["workspace:export:make"]).exists()


def test_it_holds_no_more_than_the_page(take, join, book, accounts, role):
    narrow = role("account.view", "audit.view", "audit.export")
    member = join("ada", scope="selected", accounts=[accounts["aaaa0001"]], role=narrow)
    text = take(member, format="jsonl").getvalue().decode()
    assert len(text.splitlines()) == 2
    assert "aaaa0002" not in text
    assert "owner" not in text


def test_right_to_export_alone_opens_nothing(take, join, book, role):
    member = join("ada", role=role("audit.export"))
    assert take(member, format="csv").status_code == 403


def test_it_is_asked_for_by_post_and_in_a_known_form(take, browse, owner, book):
    assert browse(owner, "activity_export").status_code == 405
    assert take(owner, format="xlsx").status_code == 422
    assert take(owner).status_code == 422


def test_it_is_not_done_again_and_again(take, owner, monkeypatch):
    monkeypatch.setattr("dashboard.activity.noting.MOST_EXPORTS", 2)
    assert [take(owner, format="csv").status_code for _ in range(3)] == [200, 200, 429]
