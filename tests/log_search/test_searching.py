"""Searching: page by page, once, within the budget, sealed, and ended by whatever ends it."""

import threading

import pytest
from django.db import connection as database
from django.db import connections
from django.utils import timezone

from audit.models import Entry
from log_search import keeping
from log_search.models import Page, Search
from log_search.services import advancing, asking, forgetting
from simulator import report_queries
from simulator.endpoints import reports as endpoints
from simulator.faults import Rule
from teams.models import Member, User
from teams.policy import MissingCapabilityError, actor_of
from tests.cast import grant
from tests.usage.conftest import day
from usage.models import Budget, Spent
from usage.services import guarding

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/v2/reports/records"
State = Search.State


def test_records_of_days_come_whole_however_vonage_divides_them(ask, follow, monkeypatch, sub):
    whole = follow(ask())
    expected = sorted(each["id"] for each in keeping.everything(whole))
    assert (whole.state, whole.found) == (State.DONE, len(expected))
    assert whole.found > 10
    Search.objects.all().delete()
    monkeypatch.setattr(endpoints, "PAGE", whole.found // 10 + 1)
    divided = follow(ask("another"))
    assert divided.state == State.DONE, divided.fault
    assert sorted(each["id"] for each in keeping.everything(divided)) == expected
    assert Page.objects.filter(search=divided).count() > 4
    assert sum(Spent.objects.values_list("records", flat=True)) == 2 * len(expected)


def test_number_is_sealed_everywhere(ask, follow, caplog, wanted):
    record = next(keeping.everything(follow(ask())))
    caplog.set_level("DEBUG")
    search = follow(ask("by number", sought={"to": record["to"]}))
    assert search.found == 1
    with database.cursor() as cursor:
        for table in database.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            rows = cursor.fetchall()
            assert record["to"].encode() not in b" ".join(
                bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode()
                for row in rows
                for each in row
            ), table
    assert record["to"] not in caplog.text
    assert record["to"] not in repr(wanted(sought={"to": record["to"]}))
    entry = Entry.objects.filter(event="account:log:search").latest("pk")
    assert entry.new["narrowed by"] == ["number to"]


@pytest.mark.parametrize("fault", ["429-bare", "reset-before", "500-before"])
def test_temporary_faults_are_rested_over(fault, ask, follow, vonage):
    vonage.faults.add(Rule(fault, "GET", URL, times=3))
    search = ask()
    advancing.advance(search.pk)
    search.refresh_from_db()
    assert search.state == State.RUNNING
    search = follow(search)
    assert (search.state, search.fault) == (State.DONE, "")


def test_garbage_ends_it_and_what_was_found_stays(ask, follow, vonage):
    vonage.faults.add(Rule("garbage", "GET", URL, nth=2, times=9))
    search = follow(ask())
    assert search.state == State.FAILED
    assert "could not be understood" in search.fault
    assert keeping.count_of(search) == search.found > 0


def test_cursor_that_leads_back_ends_it(ask, follow, monkeypatch):
    monkeypatch.setattr(endpoints, "PAGE", 5)
    made = report_queries.cursor
    known = []
    monkeypatch.setattr(
        report_queries,
        "cursor",
        lambda after: known[0] if known else (known.append(made(after)) or known[0]),
    )
    search = follow(ask())
    assert search.state == State.FAILED
    assert "leads back" in search.fault


def test_stopping_in_the_middle_keeps_what_is_there(ask, actor, follow):
    search = ask()
    advancing.advance(search.pk)
    assert asking.stop(actor, search)
    assert not asking.stop(actor, search)
    search = follow(search)
    assert search.state == State.STOPPED
    assert keeping.count_of(search) == search.found > 0
    assert Entry.objects.filter(event="account:log:stop").count() == 1


@pytest.mark.parametrize(("preset", "may"), [("support", False), ("administrator", True)])
def test_search_of_somebody_else_is_stopped_by_who_sets_the_budget(
    preset, may, ask, workspace, client
):
    search = ask()
    user = User.objects.create_user(
        username="ann", email="ann@a.example", password="", has_second_factor=True
    )
    ann = Member.objects.create(workspace=workspace, user=user)
    grant(ann, preset, "all")
    client.force_login(user)
    page = f"/w/harbour/logs/{search.pk}/"
    assert (f"{page}stop/" in client.get(page).content.decode()) == may
    assert client.post(f"{page}stop/").status_code == (303 if may else 403)
    search.refresh_from_db()
    assert search.state == (State.STOPPED if may else State.RUNNING)
    if not may:
        with pytest.raises(MissingCapabilityError):
            asking.stop(actor_of(ann), search)
        own = ask("ann's", by=actor_of(ann), sought={"to": "447700900000"})
        assert f"{own.pk}/stop/" in client.get(f"/w/harbour/logs/{own.pk}/").content.decode()
        assert client.post(f"/w/harbour/logs/{own.pk}/stop/").status_code == 303
    assert Entry.objects.filter(event="account:log:stop").count() == 1


def test_same_form_and_same_question_are_one_search(ask, follow):
    first = ask()
    assert ask().pk == first.pk
    assert ask("another form").pk == first.pk
    follow(first)
    assert ask("a third").pk == first.pk
    assert ask("other", sought={"to": "447700900000"}).pk != first.pk


def test_two_workers_fetch_each_page_once(ask, vonage):
    search = ask()

    def work():
        while advancing.advance(search.pk):
            pass
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    while advancing.advance(search.pk):
        pass
    search.refresh_from_db()
    assert search.state == State.DONE
    ids = [each["id"] for each in keeping.everything(search)]
    assert len(ids) == len(set(ids)) == search.found


def test_budget_counts_and_stops(ask, follow, workspace, actor):
    first = follow(ask())
    Budget.objects.create(workspace=workspace, per_month=first.found + 1)
    assert guarding.budgets(actor)[0].used == first.found
    second = follow(ask("second", starts_at=day(9), ends_at=day(5)))
    assert second.state == State.SPENT
    assert second.found > 0
    with pytest.raises(guarding.OverBudgetError):
        ask("third", starts_at=day(19), ends_at=day(15))


def test_ids_are_found_and_missed(ask, follow):
    some = [each["id"] for each in keeping.everything(follow(ask()))][:2]
    more = {"starts_at": None, "ends_at": None, "sought": {"id": ",".join([*some, "nobody-s"])}}
    search = follow(ask("by id", **more))
    assert sorted(each["id"] for each in keeping.everything(search)) == sorted(some)
    assert keeping.lost_of(search) == ["nobody-s"]


def test_found_records_are_removed_after_their_time(ask, follow, later):
    search = follow(ask())
    later(25 * 3600)
    assert forgetting.forget() == 1
    search.refresh_from_db()
    assert (search.state, search.kept_until) == (State.EXPIRED, None)
    assert not Page.objects.exists()
    assert ask("again").pk != search.pk
    later(31 * 86_400)
    forgetting.forget()
    forgetting.forget()
    assert not Search.objects.filter(pk=search.pk).exists()
    assert timezone.now() > search.asked_at
