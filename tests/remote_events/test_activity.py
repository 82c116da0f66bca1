"""Vonage's own events among the activity: who reads what of them, filters, pages, files."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.activity import SOMEBODY
from remote_events import seeing
from remote_events.models import EventFeed, RemoteEvent
from tests.activity.conftest import (  # noqa: F401 - fixtures
    accounts,
    actor_of,
    browse,
    happens,
    join,
    observed,
    role,
)

pytestmark = pytest.mark.django_db
ONE, TWO, PRIMARY = "aaaa0001", "aaaa0002", "00000000"


@pytest.fixture(autouse=True)
def no_events():
    """Vonage is not asked here."""


@pytest.fixture
def event(workspace, accounts):  # noqa: F811 - the fixture
    """Have an event copied."""

    def make(name, key=ONE, minute=0, **fields):
        return RemoteEvent.objects.create(
            **{
                "workspace": workspace,
                "remote_id": name,
                "at": timezone.now().replace(microsecond=0) - timedelta(minutes=60 - minute),
                "type": "NUMBER_UPDATED",
                "description": f"Number updated {name}",
                "source": "CD",
                "source_description": "Customer dashboard",
                "person": "mara@tessarine.example",
                "address": "192.0.2.44",
                "about_key": key,
                "account": accounts.get(key),
                **fields,
            }
        )

    return make


@pytest.fixture
def events(event):
    """Events about several accounts."""
    event("one")
    event("two", TWO)
    event("login", PRIMARY, type="USER_LOGIN")
    event("people", ONE, type="USER_UPDATE")
    event("number", PRIMARY)
    event("unknown", "ffff9999")


def names(actor) -> set[str]:
    return set(seeing.events_for(actor).values_list("remote_id", flat=True))


def test_rights_decide_which_events_are_read(events, actor, accounts, join, actor_of, stranger):  # noqa: F811 - fixtures
    whole = {"one", "two", "login", "people", "number", "unknown"}
    assert names(actor) == whole
    assert names(actor_of(join("auditor", preset="auditor"))) == whole
    assert names(actor_of(join("finance", preset="finance"))) == {"one", "two", "number"}
    subaccounts = join("sub", preset="operator", scope="subaccounts")
    assert names(actor_of(subaccounts)) == {"one", "two"}
    narrow = join("ada", preset="operator", scope="selected", accounts=[accounts[ONE]])
    assert names(actor_of(narrow)) == {"one"}
    assert names(actor_of(join("viewer", preset="customer_viewer"))) == set()


def test_events_of_another_workspace_are_not_read(events, stranger):
    from teams.models import Workspace
    from teams.policy import Actor

    there = Workspace.objects.create(slug="elsewhere", name="Elsewhere", primary_user=stranger)
    assert names(Actor(stranger, there)) == set()


def test_names_and_addresses_are_for_those_who_see_them(
    event,
    browse,  # noqa: F811 - fixtures
    owner,
    accounts,  # noqa: F811
    join,  # noqa: F811
):
    event("one", context='{"feature": "<img src=x onerror=alert(1)>"}')
    page = browse(owner, "activity").content.decode()
    assert "At Vonage: <bdi>Number updated one</bdi>, <b><bdi>mara@tessarine.example" in page
    assert "192.0.2.44" in page
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    assert "Customer dashboard" in page
    narrow = join("ada", preset="customer_admin", scope="selected", accounts=[accounts[ONE]])
    page = browse(narrow, "activity").content.decode()
    assert "Number updated one" in page
    assert seeing.SOMEBODY in page
    assert SOMEBODY not in page
    assert "onerror" not in page
    assert "mara@" not in page
    assert "192.0.2.44" not in page
    assert browse(narrow, "activity", {"person": "mara"}).context["page"].happenings == []
    everywhere = join("finance", preset="finance")
    page = browse(everywhere, "activity").content.decode()
    assert "mara@" in page
    assert "192.0.2.44" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"group": "by_vonage"}, 6),
        ({"group": "vonage"}, 0),
        ({"group": "accounts"}, 0),
        ({"group": "by_vonage", "outcome": "refused"}, 0),
        ({"group": "by_vonage", "person": "MARA"}, 6),
        ({"group": "by_vonage", "person": "nobody"}, 0),
        ({"group": "by_vonage", "account": TWO}, 1),
        ({"group": "by_vonage", "until": "2020-01-01"}, 0),
        ({"group": "by_vonage", "since": "2020-01-01"}, 6),
    ],
)
def test_filters_fit(events, browse, owner, query, found):  # noqa: F811 - the fixture
    assert len(browse(owner, "activity", query).context["page"].happenings) == found


def test_pages_follow_each_other_over_all_three_tables(
    event,
    observed,  # noqa: F811 - fixtures
    happens,  # noqa: F811
    accounts,  # noqa: F811
    actor,
):
    from dataclasses import replace

    from dashboard.activity import timeline
    from dashboard.activity.wanted import Wanted
    from tests.activity.conftest import NOW

    for number in range(9):
        event(f"e{number}", at=NOW + timedelta(minutes=number // 3))
        happens("account:tag:put", number // 3, account=accounts[ONE], reason=f"r{number}")
        observed(accounts[TWO], number // 3, kind=("renamed", "created", "resumed")[number % 3])
    whole = timeline.page(actor, Wanted()).happenings
    assert len(whole) == 27
    order = [
        (each.at, not each.is_observed and not each.is_remote, each.is_observed) for each in whole
    ]
    assert order == sorted(order, reverse=True)
    for size in (1, 2, 4, 26):
        seen, wanted = [], Wanted()
        while True:
            page = timeline.page(actor, wanted, size=size)
            seen += page.happenings
            if page.older is None:
                break
            wanted = replace(Wanted(), older=page.older)
        assert seen == whole
        back = timeline.page(actor, replace(Wanted(), newer=page.newer), size=size)
        assert back.happenings == whole[-size - len(page.happenings) : -len(page.happenings)]


def test_files_hold_them(event, client, owner, workspace):
    event("one", context='{"feature": "=1+1"}')
    client.force_login(owner)
    url = reverse("activity_export", args=[workspace.slug])
    answer = client.post(url, {"format": "jsonl", "group": "by_vonage"})
    (line,) = map(json.loads, b"".join(answer.streaming_content).decode().splitlines())
    assert line["event"] == "vonage:audit:NUMBER_UPDATED"
    assert (line["who"], line["ip"], line["api_key"]) == (
        "mara@tessarine.example",
        "192.0.2.44",
        ONE,
    )
    assert line["new"] == {"source": "Customer dashboard", "context": '{"feature": "=1+1"}'}
    answer = client.post(url, {"format": "csv", "group": "by_vonage"})
    assert "Number updated one" in b"".join(answer.streaming_content).decode()


def test_state_of_the_copy_is_shown_and_its_fault_to_those_who_see_all(
    browse,  # noqa: F811 - fixtures
    owner,
    workspace,
    accounts,  # noqa: F811
    join,  # noqa: F811
    client,
):
    assert b"has not been read yet" in browse(owner, "activity").content
    feed = EventFeed.objects.create(
        workspace=workspace,
        state="not_enabled",
        fault="Vonage refused the request.",
        tried_at=timezone.now() - timedelta(hours=1),
        due_at=timezone.now() + timedelta(days=1),
    )
    page = browse(owner, "activity").content.decode()
    assert "does not let this account read its own audit" in page
    assert "Vonage refused the request." in page
    narrow = join("ada", preset="customer_admin", scope="selected", accounts=[accounts[ONE]])
    assert b"refused the request" not in browse(narrow, "activity").content
    url = reverse("remote_events:read", args=[workspace.slug])
    assert client.post(url).status_code == 403
    client.force_login(owner)
    assert client.post(url).status_code == 303
    feed.refresh_from_db()
    assert feed.due_at <= timezone.now()


@pytest.mark.parametrize("preset", ["auditor", "operator"])
def test_number_of_queries_is_the_same_for_few_and_many(
    preset,
    event,
    accounts,  # noqa: F811 - fixtures
    join,  # noqa: F811
    browse,  # noqa: F811
    client,
    workspace,
    django_assert_max_num_queries,
):
    chosen = [accounts[ONE], accounts[TWO]]
    browse(join("ada", preset=preset, scope="selected", accounts=chosen), "activity")
    costs = []
    for number in (1, 40):
        for each in range(number):
            event(f"{number}-{each}", (ONE, TWO)[each % 2], each)
        with django_assert_max_num_queries(8) as asked:
            client.get(reverse("activity", args=[workspace.slug]))
        costs.append(len(asked.captured_queries))
    assert costs[0] == costs[1]
