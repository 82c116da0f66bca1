"""Searching again: the same question, once, by whoever asks now and as that person may ask it."""

from datetime import UTC, datetime

import pytest

from audit.models import Entry
from log_search import keeping, terms
from log_search.models import Page, Search
from log_search.services import advancing, asking, forgetting
from simulator.faults import Rule
from teams.models import Member, User
from tests.cast import grant
from tests.log_search.conftest import text
from usage.models import Budget

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/w/harbour/logs/"
State = Search.State


@pytest.fixture
def again(client):
    """Press the button of a search, and return the search that it leads to."""

    def press(search):
        answer = client.post(f"{URL}{search.pk}/again/")
        assert answer.status_code == 303
        return Search.objects.get(pk=answer["Location"].removeprefix(URL).strip("/"))

    return press


@pytest.fixture
def member(workspace):
    def join(preset, scope, **more):
        user = User.objects.create_user(username="ann", email="ann@a.example", password="")
        grant(Member.objects.create(workspace=workspace, user=user), preset, scope, **more)
        return user

    return join


def test_what_is_gone_is_asked_for_anew_and_once(client, owner, ask, follow, later, again, vonage):
    record = next(keeping.everything(follow(ask())))
    search = follow(
        ask("by number", sought={"to": record["to"]}, terms={"status": record["status"]})
    )
    Search.objects.exclude(pk=search.pk).delete()
    later(25 * 3600)
    forgetting.forget()
    assert not Page.objects.exists()
    client.force_login(owner)
    page = text(client.get(f"{URL}{search.pk}/"))
    assert "Search again" in page
    assert record["id"] not in page
    second = again(search)
    assert second.pk != search.pk
    assert again(search).pk == second.pk  # clicked twice
    for name in ("product", "direction", "account_id", "starts_at", "ends_at", "terms"):
        assert getattr(second, name) == getattr(search, name), name
    assert terms.sought_of(second) == {"to": record["to"]}
    assert (second.fingerprint, second.found) == (search.fingerprint, 0)
    assert [each["id"] for each in keeping.everything(follow(second))] == [record["id"]]
    assert Entry.objects.filter(event="account:log:search").count() == 3


def test_what_failed_is_asked_for_from_the_beginning(client, owner, ask, follow, again, vonage):
    vonage.faults.add(Rule("garbage", "GET", "/v2/reports/records", nth=2, times=1))
    failed = follow(ask())
    assert failed.state == State.FAILED
    client.force_login(owner)
    second = again(failed)
    assert (second.until, second.pages) == (failed.ends_at, 0)
    assert follow(second).state == State.DONE
    failed.refresh_from_db()
    assert keeping.count_of(failed) == failed.found < second.found


def test_what_is_here_or_under_way_is_not_paid_for_again(client, owner, ask, follow, again, vonage):
    stopped = ask()
    advancing.advance(stopped.pk)
    Search.objects.filter(pk=stopped.pk).update(state=State.STOPPED, due_at=None)
    other = ask("somebody else's form")
    client.force_login(owner)
    assert again(stopped).pk == other.pk
    follow(other)
    assert again(stopped).pk == other.pk
    assert "Vonage was not asked again" in text(client.get(f"{URL}{other.pk}/"))
    assert Search.objects.count() == 2


def test_another_person_asks_in_their_own_name_and_without_what_they_may_not_read(
    client, member, ask, sub, again
):
    search = ask(include_message=True)
    Search.objects.update(state=State.FAILED, due_at=None)
    user = member("customer_admin", "selected", accounts=[sub])
    client.force_login(user)
    second = again(search)
    assert (second.asked_by, second.include_message) == (user, False)
    assert asking.described(second)["message text"] is False


def test_used_up_budget_is_said_and_nothing_is_asked(client, owner, ask, follow, workspace):
    search = follow(ask())
    Search.objects.update(state=State.SPENT)
    Budget.objects.create(workspace=workspace, per_month=search.found)
    client.force_login(owner)
    answer = client.post(f"{URL}{search.pk}/again/")
    assert (answer.status_code, answer["Location"]) == (303, f"{URL}{search.pk}/")
    assert "Nothing is left of the" in text(client.get(answer["Location"]))
    assert Search.objects.count() == 1


def test_whoever_lacks_the_account_asks_nothing(client, member, ask, primary):
    search = ask()
    Search.objects.update(state=State.FAILED, due_at=None, finished_at=datetime.now(UTC))
    client.force_login(member("support", "selected", accounts=[primary]))
    assert client.post(f"{URL}{search.pk}/again/").status_code == 404
    assert Search.objects.count() == 1
