"""The pages of log search: who reads what, and what is taken away."""

import csv
import io
import re

import pytest

from audit.models import Entry
from log_search import keeping
from log_search.models import Search
from simulator.record_shapes import SHAPES
from teams.models import Member, User
from tests.cast import grant
from tests.log_search.conftest import text
from tests.usage.conftest import day
from usage.personal import HARMLESS, PERSONAL, Kind, kind_of
from usage.products import PRODUCTS

URL = "/w/harbour/logs/"


@pytest.mark.parametrize(("product", "way"), list(SHAPES))
def test_every_column_of_every_product_is_classified(product, way):
    for field in SHAPES[product, way]:
        name = re.split("[=:]", field)[0]
        kind = kind_of(product, name)
        assert kind != Kind.PERSONAL or name in PERSONAL, name


def test_unknown_columns_are_personal():
    assert set(HARMLESS) == set(PRODUCTS)
    assert kind_of("SMS", "of_tomorrow") == Kind.PERSONAL
    assert kind_of("NOTHING", "status") == Kind.PERSONAL
    assert not any(PERSONAL & columns for columns in HARMLESS.values())


@pytest.fixture
def member(client, workspace):
    def join(preset, scope, **more):
        user = User.objects.create_user(username="ann", email="ann@a.example", password="")
        grant(Member.objects.create(workspace=workspace, user=user), preset, scope, **more)
        client.force_login(user)
        return client

    return join


@pytest.mark.django_db(transaction=True)
def test_message_is_asked_for_followed_opened_and_taken_away(client, owner, sub, follow, ask):
    record = next(keeping.everything(follow(ask())))
    client.force_login(owner)
    token = re.search(r'name="token" value="([^"]+)"', client.get(URL).content.decode())[1]
    form = {"account": sub.api_key, "product": "SMS", "direction": "outbound", "token": token}
    form |= {"starts_at": f"{day(3):%Y-%m-%dT%H:%M}", "ends_at": f"{day(1):%Y-%m-%dT%H:%M}"}
    form |= {"number_to": f"+{record['to']}"}
    assert "records" in text(client.post(URL, {**form, "look": "yes"}))
    address = client.post(URL, form)["Location"]
    assert client.post(URL, form)["Location"] == address
    search = Search.objects.get(kinds=["number to"])
    page = text(client.get(address))
    assert "Day 1 of 2" in page
    assert 'hx-trigger="every 2s"' in page
    polled = {"HX-Request": "true"}
    assert client.get(f"{address}?version={search.version}", headers=polled).status_code == 204
    follow(search)
    page = text(client.get(address))
    assert record["to"] in page
    assert "every 2s" not in page
    assert record["ip_address"] in text(client.get(f"{address}records/0/"))
    assert client.get(f"{address}records/1/").status_code == 404
    sent = client.post(f"{address}download/")
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [record["id"]]
    entry = Entry.objects.get(event="workspace:export:make")
    assert (entry.new["what"], entry.account_id) == ("log search", sub.pk)
    assert record["to"] not in str(entry.new)


@pytest.mark.django_db(transaction=True)
def test_link_shows_others_what_they_hold(member, sub, ask, follow, workspace):
    search = follow(ask())
    record = next(keeping.everything(search))
    number = follow(ask("by number", sought={"to": record["to"]}))
    client = member("customer_admin", "selected", accounts=[sub])
    for address in (f"{URL}{number.pk}/", f"{URL}{number.pk}/records/0/"):
        page = text(client.get(address))
        assert record["id"] in page
        assert record["to"] not in page
        assert "hidden" in page
    assert record["ip_address"] not in text(client.get(f"{URL}{number.pk}/records/0/"))
    assert "total_price" not in text(client.get(f"{URL}{number.pk}/records/0/"))
    sent = b"".join(client.post(f"{URL}{number.pk}/download/").streaming_content).decode()
    assert record["id"] in sent
    assert record["to"] not in sent
    assert "price" not in sent


@pytest.mark.django_db(transaction=True)
def test_link_leads_nowhere_without_the_account(member, primary, ask):
    search = ask()
    client = member("support", "selected", accounts=[primary])
    assert client.get(f"{URL}{search.pk}/").status_code == 404
    assert client.post(f"{URL}{search.pk}/stop/").status_code == 404
    assert client.post(f"{URL}{search.pk}/download/").status_code == 403
    assert search.what.name not in text(client.get(URL)).split("Your searches")[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["stopped", "failed", "spent"])
def test_nothing_is_said_not_to_be_there_that_was_not_looked_for(client, owner, ask, state):
    search = ask()
    Search.objects.filter(pk=search.pk).update(state=state, due_at=None)
    client.force_login(owner)
    page = text(client.get(f"{URL}{search.pk}/"))
    assert "there may be records" in page
    assert "Vonage has no record" not in page


@pytest.mark.django_db(transaction=True)
def test_search_by_ids_that_was_stopped_names_no_day(client, owner, ask):
    search = ask(starts_at=None, ends_at=None, sought={"id": "abc"})
    Search.objects.filter(pk=search.pk).update(state="stopped", due_at=None)
    client.force_login(owner)
    page = text(client.get(f"{URL}{search.pk}/"))
    assert "It ended with 0 records" in page


@pytest.mark.django_db(transaction=True)
def test_page_behind_the_last_one_denies_no_record(client, owner, ask, follow):
    search = follow(ask())
    client.force_login(owner)
    page = text(client.get(f"{URL}{search.pk}/?page=900"))
    assert "There is nothing on this page" in page
    assert "Vonage has no record" not in page


@pytest.mark.django_db(transaction=True)
def test_pages_promise_no_other_time_than_is_set(client, owner, ask):
    client.force_login(owner)
    assert "one day" not in text(client.get(URL))
    search = ask()
    Search.objects.filter(pk=search.pk).update(state="expired", due_at=None)
    assert "one day" not in text(client.get(f"{URL}{search.pk}/"))
