"""The pages of reports: who gets there, what they say, what they cost."""

import csv
import io
import re

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from simulator.faults import Rule
from teams.models import Member, User
from tests.cast import grant
from tests.usage.conftest import day
from usage.models import Report
from usage.services import files

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/w/harbour/usage/reports/"
State = Report.State


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


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def token_of(page) -> str:
    return re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]


@pytest.fixture
def filled(browser, sub):
    """Return a filled form of an order."""

    def make(**more):
        given = {
            "product": "SMS",
            "direction": "outbound",
            "scope": "one",
            "account": sub.api_key,
            "first_day": f"{day(3):%Y-%m-%d}",
            "last_day": f"{day(2):%Y-%m-%d}",
            "token": token_of(browser.get(f"{URL}new/")),
        }
        return {**given, **more}

    return make


def test_report_is_looked_at_ordered_followed_and_taken_away(browser, filled, follow, sub):
    assert "No reports yet" in text(browser.get(URL))
    form = filled()
    page = text(browser.post(f"{URL}new/", form))
    assert "cannot be told" in page
    assert Report.objects.count() == 0
    answer = browser.post(f"{URL}new/", {**form, "begin": "yes"})
    report = Report.objects.get()
    assert answer["Location"] == f"{URL}{report.pk}/"
    assert browser.post(f"{URL}new/", {**form, "begin": "yes"})["Location"] == answer["Location"]
    page = text(browser.get(answer["Location"]))
    assert "Waiting to be sent" in page
    assert 'hx-trigger="every 2s"' in page
    follow(report)
    page = text(browser.get(answer["Location"]))
    assert "Ready" in page
    assert "every 2s" not in page
    assert "owner" in text(browser.get(URL))
    sent = browser.post(f"{answer['Location']}download/")
    content = b"".join(sent.streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(content)))
    report.refresh_from_db()
    assert len(rows) == report.items_count
    assert {row["account_id"] for row in rows} == {sub.api_key}
    assert "attachment" in sent["Content-Disposition"]
    entry = Entry.objects.get(event="workspace:export:make")
    assert (entry.new["what"], entry.account_id) == ("report", sub.pk)


def test_same_again_leads_to_what_is_there(browser, filled, follow):
    browser.post(f"{URL}new/", {**filled(), "begin": "yes"})
    report = follow(Report.objects.get())
    page = browser.post(f"{URL}new/", {**filled(), "begin": "yes"})
    assert page.status_code == 422
    assert "not paid for twice" in text(page)
    assert f'href="{URL}{report.pk}/"' in text(page)
    page = text(browser.post(f"{URL}new/", filled(first_day=f"{day(9):%Y-%m-%d}")))
    assert re.search(r"About [\d,]+ records, by what earlier", page)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"direction": ""}, "needs a direction"),
        ({"product": "AMD"}, "both directions only"),
        ({"product": "AMD", "direction": "", "with_country": "DE"}, "cannot be narrowed by this"),
        ({"first_day": "2020-01-01"}, "13 months"),
        ({"last_day": "2999-01-01"}, "not come yet"),
        ({"last_day": f"{day(9):%Y-%m-%d}"}, "after the last one"),
        ({"account": "nobody"}, "no account with this API key"),
        ({"product": "FAX"}, "Select a valid choice"),
        ({"begin": "yes", "token": "forged"}, "open for too long"),
    ],
)
def test_form_says_what_is_wrong(wrong, said, browser, filled):
    answer = browser.post(f"{URL}new/", filled(**wrong))
    assert answer.status_code == 422
    assert said in text(answer)
    assert Report.objects.count() == 0


def test_formulas_in_a_report_compute_nothing(browser, order, follow, monkeypatch):
    import zipfile

    report = follow(order())
    path = files.path_of(report)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", '"account_id","client_ref"\n"k","=HYPERLINK(1)"\n"k","@x"\n')
    content = b"".join(browser.post(f"{URL}{report.pk}/download/").streaming_content).decode()
    assert "'=HYPERLINK" in content
    assert "'@x" in content


def test_file_that_is_gone_is_said(browser, order, follow):
    report = follow(order())
    files.path_of(report).unlink()
    assert browser.post(f"{URL}{report.pk}/download/").status_code == 303
    assert "no file of this report" in text(browser.get(f"{URL}{report.pk}/"))
    assert not Entry.objects.filter(event="workspace:export:make").exists()


def test_lost_order_is_explained_and_can_be_ordered_anew(browser, order, follow, vonage, later):
    vonage.faults.add(Rule("drop-before", "POST", "/v2/reports"))
    report = follow(order(), steps=2)
    later(700)
    follow(report)
    page = text(browser.get(f"{URL}{report.pk}/"))
    assert "answer to the order was lost" in page
    browser.post(f"{URL}{report.pk}/again/")
    follow(report)
    browser.post(f"{URL}{report.pk}/anew/")
    assert follow(report).state == State.READY
    browser.post(f"{URL}{report.pk}/anew/")
    assert "not lost" in text(browser.get(f"{URL}{report.pk}/"))


def test_cancelling(browser, order, follow):
    report = order()
    browser.post(f"{URL}{report.pk}/cancel/")
    assert "Cancelled" in text(browser.get(f"{URL}{report.pk}/"))
    browser.post(f"{URL}{report.pk}/cancel/")
    assert "nothing to stop" in text(browser.get(f"{URL}{report.pk}/"))


def test_list_is_narrowed_and_paged(browser, order, stranger):
    first = order()
    values = {
        field.attname: getattr(first, field.attname)
        for field in Report._meta.concrete_fields
        if not field.primary_key
    }
    Report.objects.bulk_create(Report(**{**values, "form_token": f"t{n}"}) for n in range(120))
    url, seen = URL, []
    while url:
        page = browser.get(url).content.decode()
        seen += re.findall(rf'href="{URL}(\d+)/"', page)
        following = re.search(r'href="([^"]+)">Older', page)
        url = following and following[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 121
    assert "No report fits" in text(browser.get(URL, {"product": "AMD"}))
    assert "No report fits" in text(browser.get(URL, {"state": "ready"}))
    Report.objects.update(asked_by=stranger)
    assert "No report fits" in text(browser.get(URL, {"mine": "yes"}))
    assert "These were all" in text(browser.get(URL, {"before": "1"}))


def test_number_of_queries_is_the_same_for_few_and_many(browser, order):
    first = order()
    urls = (URL, f"{URL}{first.pk}/")

    def cost():
        with CaptureQueriesContext(database) as queries:
            assert {browser.get(url).status_code for url in urls} == {200}
        return len(queries)

    browser.get(URL)
    few = cost()
    values = {
        field.attname: getattr(first, field.attname)
        for field in Report._meta.concrete_fields
        if not field.primary_key
    }
    Report.objects.bulk_create(Report(**{**values, "form_token": f"t{n}"}) for n in range(120))
    assert cost() == few


def test_report_of_all_accounts_is_for_those_with_the_right_on_all(member, order, primary, sub):
    own = order("own")
    whole = order(account=primary, with_subaccounts=True)
    browser = member("finance", "subaccounts")
    page = text(browser.get(URL))
    assert f"{URL}{own.pk}/" in page
    assert f"{URL}{whole.pk}/" not in page
    assert browser.get(f"{URL}{whole.pk}/").status_code == 404
    assert browser.post(f"{URL}{whole.pk}/download/").status_code == 404
    assert browser.get(f"{URL}{own.pk}/").status_code == 200
    assert "all subaccounts" not in text(browser.get(f"{URL}new/"))


def test_support_sees_reports_and_can_do_nothing(member, order, follow):
    report = follow(order())
    browser = member("support", "all")
    page = text(browser.get(f"{URL}{report.pk}/"))
    assert "you need the right to download" in page
    for act in ("cancel", "again", "anew", "download"):
        assert browser.post(f"{URL}{report.pk}/{act}/").status_code == 403
    assert browser.get(f"{URL}new/").status_code == 403
    assert "Order a report" not in text(browser.get(URL))


@pytest.mark.parametrize(
    ("role", "personal", "cost"),
    [("administrator", True, True), ("finance", False, True), ("customer_admin", False, False)],
)
def test_numbers_and_prices_are_taken_away_by_those_who_may_read_them(
    role, personal, cost, member, order, primary, follow
):
    whole = follow(order(account=primary, with_subaccounts=True))
    browser = member(role, "all")
    sent = browser.post(f"{URL}{whole.pk}/download/")
    content = b"".join(sent.streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows) == whole.items_count > 1
    assert {("total_price" in row, "currency" in row) for row in rows} == {(cost, cost)}
    assert {row["to"] == "hidden" for row in rows} == {not personal}
    assert {row["country"] == "hidden" for row in rows} == {False}


def test_right_elsewhere_is_not_enough(member, order, primary, sub, workspace):
    report = order()
    browser = member("support", "selected", accounts=[sub])
    grant(Member.objects.get(), "analyst", "selected", accounts=[primary])
    assert browser.get(f"{URL}{report.pk}/").status_code == 200
    assert browser.post(f"{URL}{report.pk}/cancel/").status_code == 403
    assert browser.post(f"{URL}{report.pk}/download/").status_code == 403


def test_names_of_the_team_are_for_those_who_may_know_them(member, order, sub):
    report = order()
    browser = member("customer_admin", "selected", accounts=[sub])
    assert "somebody of the team" in text(browser.get(f"{URL}{report.pk}/"))
    assert "owner" not in text(browser.get(URL))


def test_stranger_finds_nothing(client, stranger, order):
    report = order()
    client.force_login(stranger)
    for url in (URL, f"{URL}new/", f"{URL}{report.pk}/"):
        assert client.get(url).status_code == 404


def test_texts_of_vonage_are_no_markup(browser, order):
    report = order()
    Report.objects.filter(pk=report.pk).update(
        fault="<script>alert(1)</script>", filters={"client_ref": "<script>alert(2)</script>"}
    )
    assert "<script>alert" not in text(browser.get(f"{URL}{report.pk}/"))


def test_nothing_due_is_left_after_an_end(order, follow):
    assert follow(order()).due_at is None
    assert not Report.objects.filter(due_at__lte=timezone.now()).exists()


def test_account_s_page_leads_to_its_usage(browser, sub):
    page = text(browser.get(f"/w/harbour/accounts/{sub.api_key}/"))
    assert f"/w/harbour/usage/?by=day&amp;account={sub.api_key}" in page
