"""Who reads what of the activity (LG-8, AZ-4): pages, names, exports."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse

from accounts import activity
from audit.models import Entry
from audit.origin import Origin

pytestmark = pytest.mark.django_db
KEYS = [f"aaaa000{number}" for number in range(1, 6)]


@pytest.fixture
def names(book):
    """Return which of the book an actor may read."""

    def of(actor) -> set[str]:
        found = [*activity.entries_for(actor), *activity.observations_for(actor)]
        return {name for name, row in book.items() if row in found}

    return of


def everything(book) -> set[str]:
    return set(book) - {"installation"}


def test_primary_user_and_auditors_read_everything_of_the_workspace(
    book, names, actor, join, actor_of
):
    assert names(actor) == everything(book)
    assert names(actor_of(join("auditor", preset="auditor"))) == everything(book)


def test_audit_view_everywhere_is_about_accounts_and_not_about_people(names, book, join, actor_of):
    finance = actor_of(join("finance", preset="finance"))
    assert names(finance) == everything(book) - {"grant", "asked"}


def test_audit_view_on_some_accounts_is_about_these(names, accounts, join, actor_of):
    def reads(name: str, keys: list[str]) -> set[str]:
        chosen = [accounts[key] for key in keys]
        member = join(name, preset="operator", scope="selected", accounts=chosen)
        return names(actor_of(member))

    assert reads("ada", KEYS[:1]) == {"one", "seen"}
    assert reads("bob", KEYS[:2]) == {"one", "two", "both", "seen", "seen two"}
    assert reads("eve", KEYS[4:]) == set()


def test_all_subaccounts_are_without_the_primary_account(names, book, join, actor_of):
    member = actor_of(join("ada", preset="operator", scope="subaccounts"))
    hidden = {"grant", "asked", "primary", "nameless", "listless"}
    assert names(member) == everything(book) - hidden


@pytest.mark.parametrize("preset", ["support", "analyst", "customer_viewer"])
def test_without_the_right_nothing_is_read(preset, names, accounts, join, actor_of, browse):
    member = join("ada", preset=preset)
    assert names(actor_of(member)) == set()
    answer = browse(member, "activity")
    assert answer.status_code == 403
    assert b"audit.view" in answer.content


def test_member_without_grants_reads_nothing(names, join, actor_of, browse):
    member = join("ada")
    assert names(actor_of(member)) == set()
    assert browse(member, "activity").status_code == 403


def test_people_of_elsewhere_find_no_page(browse, stranger, book):
    assert browse(stranger, "activity").status_code == 404


def test_page_shows_old_and_new_in_words(browse, owner, happens, accounts):
    happens(
        "member:grant:change",
        account=None,
        old={"per_day": Decimal("50.00000000"), "scope": "subaccounts", "may_pass_on": True},
        new={
            "per_day": None,
            "scope": "tag",
            "capabilities": ["account.view", "balance.view", "future.right"],
            "ends_at": accounts["00000000"].created_at,
        },
        reason="until <b>Friday</b>",
    )
    owner.time_zone = "Europe/Berlin"
    owner.save()
    text = " ".join(browse(owner, "activity").content.decode().split())
    for words in (
        "changed somebody&#x27;s access",
        "€ 50.00</bdi> → <bdi>none",
        "all subaccounts</bdi> → <bdi>accounts with a tag",
        "Accounts: view, Balances: none and more, future.right",
        "23 Nov 2026, 13:00",
        "2026-11-23 12:00:00 UTC",
        "until &lt;b&gt;Friday&lt;/b&gt;",
    ):
        assert words in text, words
    assert "account.view" not in text


def test_narrow_reader_learns_no_names_and_no_addresses(browse, owner, accounts, happens, join):
    chosen = [accounts["aaaa0001"]]
    member = join("ada", preset="customer_admin", scope="selected", accounts=chosen)
    happens("account:tag:put", account=chosen[0], origin=Origin(ip="192.0.2.7"))
    happens("account:tag:put", 1, account=chosen[0], actor=member.user)
    assert b"192.0.2.7" in browse(owner, "activity").content
    page = browse(member, "activity")
    who = [each.who for each in page.context["page"].happenings]
    assert who == ["ada", activity.SOMEBODY]
    assert b"owner" not in page.content
    assert b"192.0.2.7" not in page.content
    assert b"Customer 2" not in page.content
    assert browse(member, "activity", {"person": "own"}).context["page"].happenings == []
    assert len(browse(member, "activity", {"person": "ad"}).context["page"].happenings) == 1


def test_accounts_that_the_reader_may_not_open_are_no_links(browse, accounts, happens, join, role):
    books_only = role("audit.all")
    member = join("ada", scope="selected", accounts=[], role=books_only)
    happens("account:tag:put", account=accounts["aaaa0001"])
    text = browse(member, "activity").content.decode()
    assert "Customer 1" in text
    assert "accounts/aaaa0001/" not in text


@pytest.mark.parametrize("preset", ["auditor", "operator"])
@pytest.mark.parametrize("scope", ["all", "selected"])
def test_number_of_queries_is_the_same_for_few_and_many(
    preset,
    scope,
    browse,
    client,
    workspace,
    accounts,
    happens,
    observed,
    join,
    django_assert_max_num_queries,
):
    rows = list(accounts.values())[1:]
    browse(join("ada", preset=preset, scope=scope, accounts=rows), "activity")
    page = reverse("activity", args=[workspace.slug])
    costs = []
    for number in (1, 30):
        for minute in range(number):
            happens("account:tag:put", minute, account=rows[minute % 5])
            observed(rows[minute % 5], minute)
        with django_assert_max_num_queries(8) as asked:
            assert client.get(page).status_code == 200
        statements = [query["sql"] for query in asked.captured_queries]
        assert max(map(statements.count, statements)) <= 2
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_reading_is_written_down_once_an_hour(browse, owner, join, monkeypatch):
    from datetime import timedelta

    from django.utils import timezone

    member = join("ada", preset="auditor")
    for _ in range(3):
        browse(owner, "activity")
        browse(member, "activity", {"group": "people"})
    read = Entry.objects.named(["workspace:audit:read"])
    assert sorted(read.values_list("actor_label", flat=True)) == ["ada", "owner"]
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr("audit.seldom.timezone.now", lambda: later)
    browse(owner, "activity")
    assert read.count() == 3


def test_member_looked_at_is_not_said_to_have_read(browse, owner, join, client):
    member = join("ada", preset="auditor")
    client.force_login(owner)
    session = client.session
    session["view_as"] = {"workspace": member.workspace_id, "member": member.pk}
    session.save()
    page = client.get(reverse("activity", args=[member.workspace.slug]))
    assert not page.context["may_export"]
    assert [each.actor_label for each in Entry.objects.named(["workspace:audit:read"])] == ["owner"]


def test_every_event_is_in_one_group():
    from audit.events import Event
    from audit.groups import GROUPS

    found = [code for group in GROUPS.values() for code in group.events]
    assert sorted(found) == sorted(event.value for event in Event)
    assert len(found) > 40


@pytest.mark.parametrize(
    "query",
    [
        {"group": "nonsense", "outcome": "nonsense", "since": "nonsense", "older": "nonsense"},
        {"until": "9999-12-31", "since": "0001-01-01"},
        {"account": "\0", "person": "\0"},
        {"account": "x" * 10_000},
        {"older": "2026-11-23T12:00:00+00:00~b~" + "x" * 190},
    ],
)
def test_nonsense_is_left_out(query, browse, owner, book):
    assert browse(owner, "activity", query).status_code == 200


def test_days_are_those_of_the_person(browse, owner, happens):
    from datetime import timedelta

    owner.time_zone = "Pacific/Auckland"
    owner.save()
    happens("team:role:make", timedelta(hours=-2).total_seconds() / 60)  # 23 Nov, 23:00 there
    happens("team:tag:define", timedelta(hours=-1).total_seconds() / 60)  # midnight there

    def found(**days: str) -> list[str]:
        page = browse(owner, "activity", days).context["page"]
        return [each.event for each in page.happenings if "audit" not in each.event]

    assert found(since="2026-11-24", until="2026-11-24")[-1:] == ["team:tag:define"]
    assert found(until="2026-11-23") == ["team:role:make"]


def test_htmx_gets_the_list_alone(browse, owner, book):
    part = browse(owner, "activity", headers={"HX-Request": "true"}).content.decode()
    assert "put a tag on an account" in part
    assert "<html" not in part


def test_empty_list_says_why(browse, owner, workspace):
    browse(owner, "activity")
    assert b"Nothing fits" in browse(owner, "activity", {"person": "nobody"}).content
    gone = "2000-01-01T00:00:00+00:00~b~x"
    assert b"nothing on this page" in browse(owner, "activity", {"older": gone}).content


def test_account_page_shows_the_latest_of_the_account(
    browse, owner, accounts, happens, workspace, join
):
    from accounts.models import Connection

    Connection.objects.create(
        workspace=workspace, api_key="00000000", api_host="https://api.example.com", api_secret=b"x"
    )
    for number in range(7):
        happens("account:tag:put", number, account=accounts["aaaa0001"], reason=f"reason {number}")
    happens("access:right:deny", 8, account=accounts["aaaa0001"])
    page = browse(owner, "accounts:detail", None, "aaaa0001").content.decode()
    assert "was refused for want of a right" in page
    assert page.count("put a tag on an account") == activity.LATEST - 1
    assert "activity/?account=aaaa0001" in page
    chosen = [accounts["aaaa0001"]]
    reader = join("ada", preset="customer_admin", scope="selected", accounts=chosen)
    page = browse(reader, "accounts:detail", None, "aaaa0001").content.decode()
    assert page.count("put a tag on an account") == activity.LATEST
    assert "was refused" not in page
    assert "owner" not in page
    blind = join("bob", preset="customer_viewer", scope="selected", accounts=chosen)
    page = browse(blind, "accounts:detail", None, "aaaa0001").content.decode()
    assert "put a tag" not in page


def test_memory_of_an_entry_written_seldom_is_per_person_and_likeness(owner, stranger, workspace):
    from datetime import timedelta

    from audit.events import Event
    from audit.seldom import record_seldom

    def note(person, **alike):
        fields = {"actor": person, "workspace": workspace, "new": alike}
        return record_seldom(
            Event.ACCESS_DENIED, within=timedelta(minutes=1), alike=alike, **fields
        )

    with transaction.atomic():
        assert note(owner, capability="a")
        assert not note(owner, capability="a")
        assert note(owner, capability="b")
        assert note(stranger, capability="a")
