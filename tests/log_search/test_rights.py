"""Rights that are lost in the middle of a search: it ends, and shows nothing any more."""

from datetime import UTC, datetime

import pytest

from audit.models import Entry
from log_search import keeping
from log_search.models import Search
from log_search.services import advancing
from teams.models import Member, User
from teams.policy import actor_of
from teams.services import reach
from tests.cast import grant
from tests.log_search.conftest import text
from usage.models import Spent

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/w/harbour/logs/"
State = Search.State


@pytest.fixture
def ann(workspace):
    user = User.objects.create_user(username="ann", email="ann@a.example", password="")
    return Member.objects.create(workspace=workspace, user=user)


def lose(how: str, member: Member) -> None:
    match how:
        case "grant":
            member.grants.all().delete()
        case "ended":
            member.grants.update(ends_at=datetime(2026, 1, 2, tzinfo=UTC))
        case "suspended":
            Member.objects.filter(pk=member.pk).update(suspended_at=datetime.now(UTC))
        case "removed":
            member.delete()
        case "inactive":
            User.objects.filter(pk=member.user_id).update(is_active=False)


@pytest.mark.parametrize("how", ["grant", "ended", "suspended", "removed", "inactive"])
def test_search_ends_and_shows_nothing_to_whoever_lost_the_right(
    how, ann, ask, follow, sub, client, owner
):
    grant(ann, "support", "selected", accounts=[sub])
    search = ask(by=actor_of(ann))
    advancing.advance(search.pk)
    search.refresh_from_db()
    found = search.found
    assert found > 0
    first = next(keeping.everything(search))
    client.force_login(ann.user)
    assert first["id"] in text(client.get(f"{URL}{search.pk}/"))
    user = ann.user
    lose(how, ann)
    search = follow(search)
    assert (search.state, search.found, search.due_at) == (State.STOPPED, found, None)
    assert "may not see these records" in search.fault
    assert sum(Spent.objects.values_list("records", flat=True)) == found, "read on"
    for address in (f"{URL}{search.pk}/", f"{URL}{search.pk}/records/0/", URL):
        answer = client.get(address)
        assert answer.status_code in {302, 403, 404}, address
        assert first["id"] not in text(answer)
    assert client.post(f"{URL}{search.pk}/download/").status_code in {302, 403, 404}
    assert client.post(f"{URL}{search.pk}/again/").status_code in {302, 403, 404}
    assert not Entry.objects.filter(event="workspace:export:make", actor_id=user.pk).exists()
    assert Search.objects.count() == 1
    # Who still has the right reads what was found by then.
    client.force_login(owner)
    assert first["id"] in text(client.get(f"{URL}{search.pk}/"))


def test_another_account_does_not_keep_it_going(ann, ask, follow, sub, primary, client):
    own = grant(ann, "support", "selected", accounts=[sub])
    search = ask(by=actor_of(ann))
    advancing.advance(search.pk)
    own.delete()
    grant(ann, "support", "selected", accounts=[primary])
    reach.rebuild(ann)
    assert follow(search).state == State.STOPPED
    client.force_login(ann.user)
    assert client.get(f"{URL}{search.pk}/").status_code == 404
    assert str(search.pk) not in text(client.get(URL))


def test_texts_are_read_no_further_without_the_right_to_personal_data(
    ann, ask, follow, sub, client
):
    own = grant(ann, "administrator", "selected", accounts=[sub])
    search = ask(by=actor_of(ann), include_message=True)
    advancing.advance(search.pk)
    search.refresh_from_db()
    record = next(keeping.everything(search))
    client.force_login(ann.user)
    assert record["to"] in text(client.get(f"{URL}{search.pk}/"))
    own.delete()
    grant(ann, "support", "selected", accounts=[sub])
    reach.rebuild(ann)
    found = search.found
    search = follow(search)
    assert (search.state, search.found) == (State.STOPPED, found)
    page = text(client.get(f"{URL}{search.pk}/"))
    assert record["id"] in page
    assert record["to"] not in page


def test_right_that_is_lost_while_vonage_answers_ends_it_at_the_next_page(
    ann, ask, follow, sub, monkeypatch
):
    grant(ann, "support", "selected", accounts=[sub])
    search = ask(by=actor_of(ann))
    real = advancing._asked

    def slow(client, found):
        got = real(client, found)
        ann.grants.all().delete()
        return got

    monkeypatch.setattr(advancing, "_asked", slow)
    search = follow(search)
    assert (search.state, search.pages) == (State.STOPPED, 1)
