"""What is ordered by itself: within the budget, in somebody's name, and no day twice."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from audit.models import Entry
from dashboard.celery import app
from teams.models import Member, User
from teams.policy import MissingCapabilityError, actor_of
from tests.cast import grant
from tests.usage.conftest import day
from usage.models import Budget, DailyOrders, HeldDays, OrderedDay, Report
from usage.services import daily, gaps, guarding, ordering, windows

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/w/harbour/usage/daily/"
SMS = "SMS:outbound"
DAY = timedelta(days=1)


@pytest.fixture
def calendar(monkeypatch):
    """Let it be a day of ours for what is looked at; orders and rounds name their time."""

    def on(date):
        monkeypatch.setattr(gaps, "today", lambda: date)

    return on


@pytest.fixture
def member(workspace):
    def join(preset, scope="all"):
        user = User.objects.create_user(username="ann", email="ann@a.example", password="")
        found = Member.objects.create(workspace=workspace, user=user)
        grant(found, preset, scope)
        return found

    return join


@pytest.fixture
def on(actor, primary):
    daily.change(actor, [SMS])
    return DailyOrders.objects.get()


def due() -> int:
    """Run the round of today, as if its time had come, and return how many were ordered."""
    now = datetime.now(UTC)
    DailyOrders.objects.exclude(next_at=None).update(next_at=now)
    return daily.run_due(now)


def held(workspace, first, last, direction="outbound"):
    return HeldDays.objects.create(
        workspace=workspace, product="SMS", direction=direction, first_day=first, last_day=last,
        known_at=datetime.now(UTC),
    )  # fmt: skip


def spans():
    return [(each.first_day, each.last_day) for each in Report.objects.order_by("pk")]


def test_off_unless_somebody_chose(primary):
    assert daily.run_due(datetime.now(UTC)) == 0
    assert not Report.objects.exists()


def test_one_report_of_all_for_what_is_missing_and_never_again(on, follow, primary, actor):
    first = windows.today() - 31 * DAY
    first = min(first, (windows.today().replace(day=1) - DAY).replace(day=1))
    assert due() == 1
    report = Report.objects.get()
    assert (report.account, report.with_subaccounts) == (primary, True)
    assert (report.asked_by, report.is_daily) == (actor.user, True)
    assert spans() == [(first, windows.today() - DAY)]
    assert due() == 0  # under way
    assert follow(report).summed_at
    assert due() == 0  # known
    HeldDays.objects.all().delete()
    Report.objects.update(state="expired", kept_until=None)
    assert due() == 0  # ordered before, whatever became of it
    assert OrderedDay.objects.count() == (windows.today() - first).days


def test_yesterday_and_the_gaps_and_nothing_that_is_known_or_under_way(on, order, primary):
    today = windows.today()
    held(on.workspace, today - 90 * DAY, today - 12 * DAY)
    held(on.workspace, today - 9 * DAY, today - 5 * DAY)
    order("by hand", account=primary, with_subaccounts=True, starts_at=day(5), ends_at=day(3))
    due()
    assert spans()[1:] == [
        (today - 3 * DAY, today - DAY),
        (today - 11 * DAY, today - 10 * DAY),
    ]


def test_all_of_last_month_for_statements(on, calendar, workspace):
    calendar(datetime(2026, 11, 28, tzinfo=UTC).date())
    assert gaps.in_view()[0].isoformat() == "2026-10-01"
    calendar(datetime(2026, 3, 1, tzinfo=UTC).date())
    assert gaps.in_view()[0].isoformat() == "2026-01-29"
    assert gaps.in_view()[1].isoformat() == "2026-02-28"


def test_the_newest_days_as_far_as_the_budget_goes(on, order, follow, primary, workspace):
    today = windows.today()
    known = follow(order(account=primary, with_subaccounts=True, starts_at=day(3), ends_at=day(1)))
    per_day = known.items_count / 2
    held(workspace, today - 90 * DAY, today - 12 * DAY)
    budget = known.items_count + round(per_day * 4.5)
    Budget.objects.create(workspace=workspace, per_month=budget, per_person=0)
    assert due() == 2  # nobody's own budget counts
    assert spans()[1:] == [(today - DAY, today - DAY), (today - 6 * DAY, today - 4 * DAY)]
    on.refresh_from_db()
    assert "budget" in on.fault


def test_not_one_day_fits_and_the_reason_is_said(on, order, follow, primary, workspace):
    known = follow(order(account=primary, with_subaccounts=True, starts_at=day(3), ends_at=day(1)))
    Budget.objects.create(workspace=workspace, per_month=known.items_count + 1)
    assert due() == 0
    on.refresh_from_db()
    assert "1 of the" in on.fault
    assert "records are expected" in on.fault


def test_what_the_schedule_orders_is_in_nobody_s_own_budget(on, follow, workspace, actor, order):
    held(workspace, windows.today() - 90 * DAY, windows.today() - 3 * DAY)
    due()
    follow(Report.objects.get())
    Budget.objects.create(workspace=workspace, per_person=10**9)
    assert guarding.budgets(actor)[0].used == 0


def test_refused_order_is_made_again_and_nothing_else(on, workspace):
    held(workspace, windows.today() - 90 * DAY, windows.today() - 3 * DAY)
    assert due() == 1
    Report.objects.update(state="failed", due_at=None)
    assert due() == 1
    Report.objects.filter(pk=Report.objects.last().pk).update(
        state="failed", due_at=None, remote_id="known to Vonage"
    )
    assert due() == 0


def test_round_that_dies_is_taken_up_again(on, monkeypatch, actor):
    daily.change(actor, [SMS, "VERIFY-API:"])
    real, calls = ordering.order, []

    def dies(*args, **more):
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return real(*args, **more)

    monkeypatch.setattr(ordering, "order", dies)
    assert due() == 0
    on.refresh_from_db()
    assert on.next_at > datetime.now(UTC)
    assert "tried again" in on.fault
    assert due() == 1
    assert sorted(Report.objects.values_list("product", flat=True)) == ["SMS", "VERIFY-API"]
    on.refresh_from_db()
    assert (on.next_at.hour, on.fault) == (6, "")


@pytest.mark.parametrize("how", ["grant", "suspended", "inactive"])
def test_lost_rights_switch_it_off_and_say_so(how, member, primary, actor, client, owner):
    ann = member("administrator")
    daily.change(actor_of(ann), [SMS])
    match how:
        case "grant":
            ann.grants.all().delete()
        case "suspended":
            Member.objects.filter(pk=ann.pk).update(suspended_at=datetime.now(UTC))
        case "inactive":
            User.objects.filter(pk=ann.user_id).update(is_active=False)
    assert due() == 0
    assert not Report.objects.exists()
    orders = DailyOrders.objects.get()
    assert (orders.chosen, orders.next_at) == ([], None)
    assert Entry.objects.filter(event="workspace:report:daily").last().actor_id is None
    client.force_login(owner)
    assert "may no longer order reports of all" in client.get("/w/harbour/usage/").content.decode()
    assert due() == 0


def test_page_switches_it_on_and_off(client, owner, primary):
    client.force_login(owner)
    assert "Nothing is read by itself" in client.get("/w/harbour/usage/").content.decode()
    assert client.post(URL, {"what": [SMS, "VERIFY-API:"]})["Location"] == URL
    page = client.get(URL).content.decode()
    assert len(re.findall(r"<input[^>]*checked", page)) == 2
    assert "Read by itself next" in client.get("/w/harbour/usage/").content.decode()
    assert DailyOrders.objects.get().next_at.hour == 6
    client.post(URL, {})
    assert DailyOrders.objects.get().next_at is None
    entries = Entry.objects.filter(event="workspace:report:daily").order_by("seq")
    assert [each.new["ordered daily"] for each in entries] == [[SMS, "VERIFY-API:"], []]
    assert client.post(URL, {"what": ["SMS:"]}).status_code == 422


def test_choosing_takes_the_right_on_all_accounts(member, primary):
    ann = actor_of(member("analyst"))
    with pytest.raises(MissingCapabilityError):
        daily.change(ann, [SMS])


def test_it_is_in_the_schedule():
    planned = {each["task"] for each in app.conf.beat_schedule.values()}
    assert "usage.tasks.order_daily_reports" in planned
