"""The cost guard: what is expected, and what a month has left."""

import re

import pytest

from audit.models import Entry
from teams.models import Member, User
from teams.policy import actor_of
from tests.cast import grant
from tests.usage.conftest import day
from usage.models import Budget, Report, UsageSum
from usage.services import guarding
from usage.services.guarding import OverBudgetError

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/w/harbour/usage/budget/"


@pytest.fixture
def ann(workspace):
    """Somebody else who orders reports."""
    user = User.objects.create_user(username="ann", email="ann@a.example", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    grant(member, "analyst", "all")
    return actor_of(member)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_order_beyond_the_month_is_refused_with_figures(order, follow, workspace):
    first = follow(order())
    month = first.items_count * 3
    Budget.objects.create(workspace=workspace, per_month=month)
    expected, left = first.items_count * 5, first.items_count * 2
    with pytest.raises(OverBudgetError) as refused:
        order("longer", starts_at=day(11), ends_at=day(1))
    assert f"about {expected:,} records are expected" in str(refused.value)
    assert f"{left:,} of the {month:,} records of the workspace" in str(refused.value)
    assert Report.objects.count() == 1
    order("shorter", starts_at=day(5), ends_at=day(3))


def test_what_is_expected_counts_until_vonage_has_counted(order, follow, workspace):
    first = follow(order())
    Budget.objects.create(workspace=workspace, per_month=first.items_count * 7)
    second = order("second", starts_at=day(8), ends_at=day(4))
    assert second.estimate == first.items_count * 2
    with pytest.raises(OverBudgetError):
        order("third", starts_at=day(20), ends_at=day(10))
    Report.objects.filter(pk=second.pk).update(items_count=0)
    order("fourth", starts_at=day(20), ends_at=day(10), direction="outbound")


def test_budget_of_a_person_is_that_person_s(order, follow, workspace, ann):
    first = follow(order())
    Budget.objects.create(workspace=workspace, per_person=first.items_count)
    with pytest.raises(OverBudgetError, match="each person"):
        order("more", starts_at=day(5), ends_at=day(4))
    assert order("by ann", by=ann, starts_at=day(5), ends_at=day(4)).asked_by == ann.user


@pytest.mark.parametrize("per_day", [None, 0, 0.1, 0.5, 0.999, 1, 1.5, 7 / 3, 12, 1000.25])
@pytest.mark.parametrize("left", [0, 1, 2, 3, 7, 12, 25, 10**9])
def test_as_many_days_fit_as_an_order_may_have(actor, wanted, monkeypatch, per_day, left):
    monkeypatch.setattr(guarding, "_per_day", lambda _: per_day)
    budgets = [guarding.Left("all", left, 0), guarding.Left("each", 10**12, 0)]
    monkeypatch.setattr(guarding, "budgets", lambda *_, **__: budgets)

    def is_admitted(days: int) -> bool:
        try:
            guarding.admit(actor, wanted(starts_at=day(1 + days), ends_at=day(1)))
        except OverBudgetError:
            return False
        return True

    expected = max((days for days in range(1, 41) if is_admitted(days)), default=0)
    assert guarding.days_that_fit(actor, wanted(starts_at=day(41), ends_at=day(1))) == expected


def test_without_a_budget_all_days_fit(actor, wanted):
    assert guarding.days_that_fit(actor, wanted(starts_at=day(41), ends_at=day(1))) == 40


def test_unknown_volume_is_let_through_while_something_is_left(order, workspace):
    budget = Budget.objects.create(workspace=workspace, per_month=1)
    assert order().estimate is None
    budget.per_month = 0
    budget.save()
    with pytest.raises(OverBudgetError, match="0 of the 0 records"):
        order("other", direction="inbound")


def test_what_never_reached_vonage_costs_nothing(actor, order, follow, workspace):
    first = follow(order())
    Budget.objects.create(workspace=workspace, per_month=10**6)
    used = guarding.budgets(actor)[0].used
    assert used == first.items_count
    other = order("other", starts_at=day(8), ends_at=day(4))
    assert guarding.budgets(actor)[0].used == used + other.estimate
    Report.objects.filter(pk=other.pk).update(state="failed", due_at=None)
    assert guarding.budgets(actor)[0].used == used
    Report.objects.update(asked_at=day(40))
    assert guarding.budgets(actor)[0].used == 0


def test_sums_of_all_tell_what_one_account_has(order, follow, primary, sub):
    follow(order("all", account=primary, with_subaccounts=True))
    own = sum(UsageSum.objects.filter(account=sub).values_list("count", flat=True))
    assert order("one", starts_at=day(9), ends_at=day(5)).estimate == own * 2


def test_budget_is_set_on_its_page_and_written_down(client, owner, primary):
    client.force_login(owner)
    assert "Save" in text(client.get(URL))
    assert client.post(URL, {"per_month": "1000", "per_person": ""})["Location"] == URL
    budget = Budget.objects.get()
    assert (budget.per_month, budget.per_person) == (1000, None)
    assert 'value="1000"' in text(client.get(URL))
    client.post(URL, {"per_month": "1000"})
    entry = Entry.objects.get(event="workspace:report:budget")
    assert entry.new == {"per_month": 1000, "per_person": None}
    assert client.post(URL, {"per_month": "-1"}).status_code == 422
    client.post(URL, {})
    assert Budget.objects.get().per_month is None


def test_form_of_an_order_says_what_is_left(client, owner, order, follow, workspace, sub):
    first = follow(order())
    Budget.objects.create(workspace=workspace, per_month=first.items_count)
    client.force_login(owner)
    page = client.get("/w/harbour/usage/reports/new/")
    assert f"0 of the {first.items_count:,} records" in text(page)
    token = re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]
    form = {"product": "SMS", "direction": "outbound", "scope": "one", "account": sub.api_key}
    form |= {"first_day": f"{day(9):%Y-%m-%d}", "last_day": f"{day(8):%Y-%m-%d}"}
    answer = client.post("/w/harbour/usage/reports/new/", {**form, "token": token, "begin": "yes"})
    assert answer.status_code == 422
    assert "Not ordered: about" in text(answer) or "Not ordered: 0 of" in text(answer)
    assert Report.objects.count() == 1


def test_only_those_with_the_right_set_it(client, ann, primary):
    client.force_login(ann.user)
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"per_month": "1"}).status_code == 403
    assert "Budget" not in text(client.get("/w/harbour/usage/reports/"))
