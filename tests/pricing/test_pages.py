"""The pages of prices: who gets there, what they say, what they cost."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Connection
from audit.models import Entry
from pricing import tasks
from pricing.models import Price, PriceBook, PriceChange, PriceList
from pricing.services import claims
from simulator.faults import Rule
from teams.capabilities import Capability
from teams.models import Member, Role, User
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/w/harbour/prices/"
PAGES = (URL, f"{URL}changes/", f"{URL}standing/")
CHANGING = (f"{URL}read/", f"{URL}export/")


@pytest.fixture
def browser(client, owner, primary):
    client.force_login(owner)
    return client


@pytest.fixture
def member(client, workspace, primary):
    """Sign somebody in who has this role."""

    def join(preset, scope, **more):
        user = User.objects.create_user(username="ann", email="ann@a.example", password="")
        made = Member.objects.create(workspace=workspace, user=user)
        grant(made, preset, scope, **more)
        client.force_login(user)
        return client

    return join


@pytest.fixture
def rings(monkeypatch):
    """Which workspaces a worker was woken for."""
    rung = []
    monkeypatch.setattr("pricing.views.ring", lambda pk: rung.append(pk) or True)
    return rung


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def exported(answer) -> list[list[str]]:
    content = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(content)))


def test_prices_are_listed(browser, read_prices):
    read_prices()
    page = text(browser.get(URL))
    assert "Afghanistan" in page
    assert "€ 0.101" in page
    assert "per minute" in page
    assert "Read from Vonage" in page
    assert "page 1 of" in page


def test_never_read(browser, rings, workspace):
    page = text(browser.get(URL))
    assert "Never read" in page
    assert "As CSV" not in page
    assert browser.post(f"{URL}read/")["Location"] == URL
    assert rings == [workspace.pk]
    page = text(browser.get(URL))
    assert "Reading the prices from Vonage now." in page
    assert "The first reading is on its way" in page


def test_looking_lets_them_be_read_by_themselves(browser, workspace):
    assert claims.due(timezone.now()) == []
    browser.get(URL)
    assert claims.due(timezone.now()) == [workspace.pk]
    assert not PriceBook.objects.exists()  # looking changes nothing


def test_reading_now_is_not_asked_for_twice(browser, rings, read_prices):
    read_prices()
    browser.post(f"{URL}read/")
    assert rings == []
    assert "were just read" in text(browser.get(URL))


def test_broker_that_is_gone_is_said(browser, monkeypatch):
    monkeypatch.setattr("pricing.views.ring", lambda _: False)
    browser.post(f"{URL}read/")
    assert "The background worker cannot be reached" in text(browser.get(URL))


def test_task_reads_what_a_person_asked_for(browser, rings, workspace):
    browser.post(f"{URL}read/")
    tasks.read_prices(workspace_id=workspace.pk)
    assert "Afghanistan" in text(browser.get(URL))


def test_old_prices_are_shown_as_old(browser, read_prices):
    read_prices()
    assert "which is old" not in text(browser.get(URL))
    PriceList.objects.update(read_at=F("read_at") - timedelta(hours=40))
    page = text(browser.get(URL))
    assert "which is old" in page
    assert '<span class="tag awaiting">Old</span>' in page


def test_error_is_shown_with_its_reason_and_time_and_the_old_prices_stay(
    browser, read_prices, vonage
):
    read_prices()
    vonage.faults.add(Rule("500-before", "GET", "outbound/voice", times=99))
    read_prices()
    page = text(browser.get(URL))
    assert re.search(r"<strong>Voice: Vonage failed</strong>, <time", page)
    assert "and may have changed" in page
    assert "SMS: Vonage" not in page
    voice = text(browser.get(URL, {"product": "voice", "q": "germany"}))
    assert voice.count('<span class="tag awaiting">Old</span>') == 4
    assert "Old</span>" not in text(browser.get(URL, {"product": "sms", "q": "germany"}))


def test_first_reading_that_failed_says_so(browser, read_prices, vonage):
    vonage.faults.add(Rule("500-before", "GET", times=99))
    read_prices()
    page = text(browser.get(URL))
    assert "They have never been read." in page
    assert "Nothing to show yet" in page


def test_workspace_without_a_connection_leads_to_it(browser):
    Connection.objects.all().delete()
    assert browser.get(URL)["Location"] == "/w/harbour/connect/"


def test_search_and_product_narrow_and_stay_in_the_links(browser, read_prices):
    read_prices()
    page = text(browser.get(URL, {"q": "+49 170 123", "product": "voice"}))
    assert "4 prices" in page
    assert "Elbfunk" in page
    assert "Afghanistan" not in page
    assert "/prices/export/?q=%2B49+170+123&amp;product=voice" in page
    assert 'value="+49 170 123"' in page
    assert "No price fits" in text(browser.get(URL, {"q": "atlantis"}))
    assert "Afghanistan" in text(browser.get(URL, {"product": "fax", "page": "x"}))


def test_part_is_answered_where_htmx_asks(browser, read_prices):
    read_prices()
    part = browser.get(URL, {"q": "germany"}, headers={"HX-Request": "true"}).content
    assert part.strip().startswith(b'<section id="table"')


def test_every_price_is_on_one_page(browser, read_prices):
    read_prices()
    url, seen = URL, []
    while url:
        page = browser.get(url).content.decode()
        seen += re.findall(r'<td data-label="Product">', page)
        following = re.search(r'id="next"\s+href="([^"]+)"', page)
        url = following and following[1].replace("&amp;", "&")
    assert len(seen) == Price.objects.count()
    assert len(seen) > 100
    assert "page 2 of 3" in text(browser.get(URL, {"page": 2}))
    assert browser.get(URL, {"page": "9" * 15}).status_code == 200
    assert browser.get(URL, {"page": "0"}).status_code == 200


def test_changes_say_by_word_which_way(browser, read_prices, countries):
    read_prices()
    assert "No changes yet" in text(browser.get(f"{URL}changes/"))
    countries(DE={"sms": "0.08", "voice": "0.01"}, FR=None)
    read_prices()
    page = text(browser.get(f"{URL}changes/"))
    for word in (">dearer<", ">cheaper<", ">no longer listed<", "+2.3 %", "not listed"):
        assert word in page
    assert "€ 0.0782" in page
    down = text(browser.get(f"{URL}changes/", {"kind": "down"}))
    assert ">cheaper<" in down
    assert ">dearer<" not in down
    assert "Nothing like that" in text(browser.get(f"{URL}changes/", {"q": "zambia"}))


def test_changes_are_paged_newest_first(browser, workspace, primary):
    at = timezone.now()
    same = {"workspace": workspace, "product": "sms", "country_name": "X", "kind": "up"}
    PriceChange.objects.bulk_create(
        PriceChange(**same, network_name=f"net-{n}-", old=1, new=2, seen_at=at) for n in range(120)
    )
    url, seen = f"{URL}changes/?product=sms", []
    while url:
        page = browser.get(url).content.decode()
        seen += re.findall(r"net-(\d+)-", page)
        following = re.search(r'href="([^"]+)">Older', page)
        url = following and following[1].replace("&amp;", "&")
    assert seen == [str(n) for n in reversed(range(120))]
    assert "No change is older" in text(browser.get(f"{URL}changes/?before=1"))


def test_csv_has_what_is_filtered_and_is_written_down(browser, read_prices):
    read_prices()
    rows = exported(browser.post(f"{URL}export/?q=%2B44+77&product=sms"))
    assert rows[0][:4] == ["product", "country", "country code", "dialling prefix"]
    assert [row[4] for row in rows[1:]] == ["", "Pennine Mobile"]
    assert rows[2][6:] == ["mobile", "234", "98", "4477 4478", "0.03330000", "EUR", "per message"]
    entry = Entry.objects.filter(event="workspace:export:make").get()
    assert entry.new == {"what": "prices", "filters": {"q": "+44 77", "product": "sms"}}
    assert len(exported(browser.post(f"{URL}export/"))) == Price.objects.count() + 1


def test_csv_computes_nothing(browser, read_prices):
    read_prices()
    Price.objects.filter(country_code="DE").update(network_name="=1+1")
    rows = exported(browser.post(f"{URL}export/?q=DE"))
    assert {row[4] for row in rows[1:]} == {"'=1+1"}


def test_texts_of_vonage_are_no_markup(browser, read_prices):
    read_prices()
    Price.objects.filter(country_code="DE").update(network_name="<script>alert(1)</script>")
    assert "<script>alert" not in text(browser.get(URL, {"q": "DE"}))


def test_open_page_hears_of_a_new_reading_only(browser, read_prices):
    read_prices()
    version = re.search(r"standing/\?version=([^\"]+)", text(browser.get(URL)))[1]
    assert browser.get(f"{URL}standing/", {"version": version}).status_code == 204
    read_prices()
    answer = browser.get(f"{URL}standing/", {"version": version})
    assert answer.status_code == 200
    assert "mirror-changed" in answer["HX-Trigger"]


@pytest.mark.parametrize("query", ["", "q=germany", "q=%2B49+170", "q=26298&product=voice"])
def test_number_of_queries_is_the_same_for_few_and_many(query, browser, read_prices, workspace):
    def cost():
        with CaptureQueriesContext(database) as queries:
            assert browser.get(f"{URL}?{query}").status_code == 200
            assert browser.get(f"{URL}changes/?{query}").status_code == 200
        return len(queries)

    read_prices()
    browser.get(URL)
    few = cost()
    example = Price.objects.filter(country_code="DE", product="sms").last()
    names = [each.attname for each in Price._meta.concrete_fields if not each.primary_key]
    alike = {name: getattr(example, name) for name in names}
    Price.objects.bulk_create(Price(**{**alike, "key": f"many-{n}"}) for n in range(500))
    at = timezone.now()
    same = {"workspace": workspace, "product": "sms", "country_name": "Germany", "kind": "up"}
    PriceChange.objects.bulk_create(
        PriceChange(**same, dialing_prefix="49", search="germany", old=1, new=2, seen_at=at)
        for _ in range(500)
    )
    assert cost() == few


@pytest.mark.parametrize("preset", ["finance", "analyst"])
def test_who_holds_the_right_on_the_primary_account_sees_them(preset, member, primary):
    browser = member(preset, "selected", accounts=[primary])
    assert browser.get(URL).status_code == 200
    assert f'href="{URL}"' in text(browser.get("/w/harbour/"))


def test_who_holds_it_on_subaccounts_only_sees_nothing(member, read_prices):
    read_prices()
    browser = member("finance", "subaccounts")
    assert {browser.get(url).status_code for url in PAGES} == {404}
    assert {browser.post(url).status_code for url in CHANGING} == {404}
    assert f'href="{URL}"' not in text(browser.get("/w/harbour/"))


def test_who_sees_the_primary_account_without_the_right_is_told(member, read_prices):
    read_prices()
    browser = member("auditor", "all")
    answers = [*map(browser.get, PAGES), *map(browser.post, CHANGING)]
    assert {each.status_code for each in answers} == {403}
    assert "see what Vonage charges" in text(answers[0])
    assert f'href="{URL}"' not in text(browser.get("/w/harbour/"))


def test_who_holds_it_elsewhere_and_sees_the_primary_account_is_told(member, primary, sub):
    browser = member("auditor", "selected", accounts=[primary])
    grant(Member.objects.get(), "finance", "selected", accounts=[sub])
    assert browser.get(URL).status_code == 403


def test_role_of_one_s_own_with_the_right_alone_is_enough(member, workspace, primary):
    role = Role.objects.create(
        workspace=workspace,
        name="Prices",
        mask=Capability.ACCOUNT_VIEW.bit | Capability.PRICING_COST.bit,
    )
    browser = member("", "selected", accounts=[primary], role=role)
    assert browser.get(URL).status_code == 200


def test_stranger_finds_nothing(client, stranger, primary):
    client.force_login(stranger)
    assert {client.get(url).status_code for url in PAGES} == {404}


def test_prices_of_another_workspace_stay_there(browser, read_prices, stranger):
    from teams.models import Workspace

    read_prices()
    other = Workspace.objects.create(slug="other", name="Other", primary_user=stranger)
    Price.objects.filter(country_code="ZM").update(workspace=other)
    assert "No price fits" in text(browser.get(URL, {"q": "zambia"}))
    assert "No price fits" in text(browser.get(URL, {"q": "+260 76"}))
