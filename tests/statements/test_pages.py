"""Who sees what of a statement: on the page, in the CSV, in the PDF, in the zip, in the mail."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import AccountTag, Tag
from audit.models import Entry
from operations.models import Lane
from phone_numbers.models import Number, NumberList
from statements.models import Line, Mailed, PriceList, Run, Schedule, Statement
from statements.services import running
from statements.services.making import make_month
from teams.models import Grant, Member, User
from teams.services import reach
from tests.cast import grant
from usage.models import Report
from usage.services import files

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
URL = "/w/harbour/statements/"
HOTEL = f"{URL}hotel001/2026-10/"
# Of the hotel: cost, twice that as resale, the figures that would tell the cost.
COST, RESALE = "1.2345679", "3.70370370"
OPENING, CLOSING = "10.00000001", "15.26543211"
TELLING = (COST, "1.2345679", "1.23456790", "10.00000001", "15.26543211")


@pytest.fixture
def customers(berlin, hotel, inn):
    tag = Tag.objects.create(workspace=berlin, name="customers")
    AccountTag.objects.create(tag=tag, account=hotel)
    AccountTag.objects.create(tag=tag, account=inn)
    PriceList.objects.create(workspace=berlin, tag=tag, factor=D(3))
    return tag


@pytest.fixture
def scene(customers, october, berlin):
    make_month(berlin, october)


@pytest.fixture
def member(client, berlin):
    def join(preset, scope, name="ann", **more):
        user = User.objects.create_user(
            username=name, email=f"{name}@a.example", password="", has_second_factor=True
        )
        made = Member.objects.create(workspace=berlin, user=user)
        grant(made, preset, scope, **more)
        client.force_login(user)
        return client

    return join


def bytes_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def table_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(bytes_of(answer).decode().removeprefix("\ufeff"))))


def everything(browser, account="hotel001") -> dict[str, str]:
    """Return all that a person can get of a statement, as text."""
    one = f"{URL}{account}/2026-10/"
    month = {"month": "2026-10"}
    packed = zipfile.ZipFile(io.BytesIO(bytes_of(browser.post(f"{URL}zip/", month))))
    return {
        "list": browser.get(URL, month).content.decode(),
        "page": browser.get(one).content.decode(),
        "csv": bytes_of(browser.post(f"{one}csv/")).decode(),
        "all": bytes_of(browser.post(f"{URL}export/", month)).decode(),
        "pdf": text_of(bytes_of(browser.post(f"{one}pdf/"))),
        "zip": "\n".join(text_of(packed.read(name)) for name in packed.namelist()),
    }


def test_finance_sees_all_and_takes_all_customers_in_one_go(member, scene, hotel):
    browser = member("finance", "subaccounts")
    got = everything(browser)
    for name in ("page", "csv", "all", "pdf", "zip"):
        for figure in (OPENING, CLOSING, "1.2345679", "3.7037037"):
            assert figure in got[name], (name, figure)
    assert {"hotel001", "inn00001"} <= {row[2] for row in csv.reader(io.StringIO(got["all"]))}
    assert "Harbour Inn" in got["list"]
    assert "The difference may come from" in got["zip"]
    assert "prim0001" not in got["all"]
    assert Entry.objects.filter(event="workspace:export:make").count() == 4


def test_customer_with_resale_never_sees_the_cost(member, scene, customers):
    browser = member("customer_viewer", "tag", tag=customers)
    for name, got in everything(browser).items():
        for figure in TELLING:
            assert figure not in got, (name, figure)
        assert "3.7037037" in got, name
        assert "at the end" not in got
        assert "ifference" not in got
        if name != "list":
            assert "107" in got
            assert "7.5" in got  # what was moved


def test_who_sees_no_prices_sees_counts_only(member, scene, hotel):
    browser = member("support", "selected", accounts=[hotel])
    for name, got in everything(browser).items():
        assert "107" in got, name
        assert "3.7037037" not in got
        assert "EUR" not in got
        assert "€" not in got
        assert "inn00001" not in got
        assert not any(figure in got for figure in TELLING)


def test_others_statements_do_not_exist(member, scene, inn, stranger, client):
    browser = member("operator", "selected", accounts=[inn])
    for path in ("", "records/?product=SMS&direction=outbound"):
        assert browser.get(f"{HOTEL}{path}").status_code in {403, 404}
    assert browser.get(HOTEL).status_code == 404
    for path in ("csv/", "pdf/"):
        assert browser.post(f"{HOTEL}{path}").status_code == 404
    assert "hotel001" not in browser.get(URL, {"month": "2026-10"}).content.decode()
    assert browser.post(f"{URL}make/", {"month": "2026-10"}).status_code == 403
    assert browser.get(f"{URL}prices/").status_code == 403
    client.force_login(stranger)
    assert client.get(HOTEL).status_code == 404


def test_name_is_no_formula_and_pdf_knows_all_scripts(client, owner, scene, hotel):
    hotel.name = "=HYPERLINK(1) Порт Łódź 港"
    hotel.save()
    client.force_login(owner)
    rows = table_of(client.post(f"{HOTEL}csv/"))
    assert {row[3] for row in rows[1:]} == {"'" + hotel.name}
    difference = next(
        row
        for row in table_of(client.post(f"{URL}inn00001/2026-10/csv/"))
        if row[6] == "Difference"
    )
    assert "-0.75000000" in difference
    first = bytes_of(client.post(f"{HOTEL}pdf/"))
    assert "Порт Łódź" in text_of(first)
    assert "page 1 of 1" in text_of(first)
    assert bytes_of(client.post(f"{HOTEL}pdf/")) == first
    assert b"/JavaScript" not in first


def test_older_revisions_stay_readable(client, owner, scene, berlin, used, hotel):
    used(hotel, 1, "1", country="IT")
    make_month(berlin, date(2026, 10, 1))
    client.force_login(owner)
    page = client.get(HOTEL).content.decode()
    assert "108" in page
    assert "Revision 1" in page
    old = client.get(HOTEL, {"revision": "1"}).content.decode()
    assert "107" in old
    assert "older revision" in old
    assert client.get(HOTEL, {"revision": "3"}).status_code == 404
    assert "107" in text_of(bytes_of(client.post(f"{HOTEL}pdf/?revision=1")))


def test_number_of_queries_does_not_grow(
    client, owner, scene, berlin, make_account, member, customers
):
    client.force_login(owner)

    def cost(browser):
        with CaptureQueriesContext(database) as queries:
            assert browser.get(URL, {"month": "2026-10"}).status_code == 200
        return len(queries)

    cost(client)
    few = cost(client)
    for n in range(60):
        make_account(f"more{n:04}", f"More {n}")
    make_month(berlin, date(2026, 10, 1))
    assert cost(client) == few
    assert "Next" in client.get(URL, {"month": "2026-10"}).content.decode()
    found = client.get(URL, {"month": "2026-10", "q": "Hotel"}).content.decode()
    assert "hotel001" in found
    assert "inn00001" not in found


HEAD = ("account_id", "date_received", "country", "to", "strange", "total_price", "currency")


@pytest.fixture
def kept(settings, tmp_path, report, hotel):
    """The file of the report: two records of the hotel in October, and what is not meant."""
    settings.REPORTS_FOLDER = tmp_path / "reports"
    rows = [
        ("hotel001", "2026-10-05T10:00:00+00:00", "DE", "447700900001", "=odd", "0.77", "EUR"),
        ("hotel001", "2026-10-05T11:00:00+00:00", "FR", "447700900002", "odd", "0.78", "EUR"),
        ("hotel001", "2026-10-06T11:00:00+00:00", "FR", "447700900003", "odd", "0.79", "EUR"),
        ("inn00001", "2026-10-05T12:00:00+00:00", "DE", "447700900009", "odd", "0.99", "EUR"),
        ("hotel001", "2026-09-05T12:00:00+00:00", "DE", "447700900008", "odd", "0.98", "EUR"),
    ]
    with zipfile.ZipFile(files.path_of(report), "w") as archive:
        lines = io.StringIO()
        csv.writer(lines).writerows([HEAD, *rows])
        archive.writestr("report.csv", lines.getvalue())
    return files.path_of(report)


LINE = "?product=SMS&direction=outbound"


def test_figure_is_followed_to_its_records(client, owner, scene, kept):
    client.force_login(owner)
    assert f"{HOTEL}records/" in client.get(HOTEL).content.decode()
    page = client.get(f"{HOTEL}records/{LINE}").content.decode()
    assert "447700900001" in page
    rows = table_of(client.post(f"{HOTEL}records/csv/{LINE}"))
    assert rows[0] == list(HEAD)
    assert [row[3] for row in rows[1:]] == ["447700900001", "447700900002"]
    assert rows[1][4] == "'=odd"
    kept.unlink()
    assert "not here any more" in client.get(f"{HOTEL}records/{LINE}").content.decode()
    assert client.post(f"{HOTEL}records/csv/{LINE}").status_code == 303


def test_records_of_two_currencies_are_counted_together(
    client, owner, scene, berlin, kept, used, hotel
):
    used(hotel, 3, "4", currency="USD", day=date(2026, 10, 6))
    make_month(berlin, date(2026, 10, 1))
    client.force_login(owner)
    page = client.get(f"{HOTEL}records/{LINE}").content.decode()
    assert "The statement counts 110 records." in page
    assert "the next revision will say so" not in page


def test_file_that_is_gone_in_part_is_not_called_all(
    client, owner, scene, kept, report, used, hotel
):
    client.force_login(owner)
    assert "All records as CSV" in client.get(f"{HOTEL}records/{LINE}").content.decode()
    gone = Report.objects.get(pk=report.pk)
    gone.pk, gone.form_token = None, "another form"
    gone.save()
    used(hotel, 3, "4", report=gone, day=date(2026, 10, 6))
    page = client.get(f"{HOTEL}records/{LINE}").content.decode()
    assert "Records that are still here as CSV" in page
    assert "All records" not in page


def test_whatever_is_not_known_is_said_in_files_too(client, owner, scene, berlin, hotel):
    Lane.objects.update(audited_at=None)
    make_month(berlin, date(2026, 10, 1))
    client.force_login(owner)
    rows = {row[6]: row[-1] for row in table_of(client.post(f"{HOTEL}csv/"))}
    for name in ("Balance moved to it", "Phone numbers held", "Difference"):
        assert rows[name] == "not known"
    assert rows["SMS, outbound"] == ""


def test_numbers_and_shared_usage_are_followed(client, owner, scene, berlin, hotel, inn, used):
    inn.shares_balance = True
    inn.save()
    NumberList.objects.create(account=hotel, read_at=timezone.now())
    Number.objects.create(workspace=berlin, account=hotel, msisdn="447700900001", country="GB")
    used(hotel, 1, "1", country="IT")  # how many numbers there are makes no revision
    make_month(berlin, date(2026, 10, 1))
    client.force_login(owner)
    assert "/w/harbour/numbers/?account=hotel001" in client.get(HOTEL).content.decode()
    page = client.get(f"{URL}prim0001/2026-10/").content.decode()
    assert f'{URL}?month=2026-10">Usage of accounts that share' in page


def test_list_does_not_call_hidden_resale_unpriced(member, scene, hotel, inn):
    browser = member("customer_viewer", "selected", accounts=[hotel])
    grant(Member.objects.get(user__username="ann"), "support", "selected", accounts=[inn])
    page = browser.get(URL, {"month": "2026-10"}).content.decode()
    assert "not shown" in page
    assert "no price" not in page


def test_records_hide_prices_and_what_may_be_personal(member, scene, kept, customers):
    browser = member("customer_admin", "tag", tag=customers)
    page = browser.get(f"{HOTEL}records/{LINE}").content.decode()
    rows = table_of(browser.post(f"{HOTEL}records/csv/{LINE}"))
    assert rows[0] == ["account_id", "date_received", "country", "to", "strange"]
    assert [row[3:] for row in rows[1:]] == [["hidden", "hidden"]] * 2
    for secret in ("4477009", "0.77", "odd<"):
        assert secret not in page


def test_making_is_for_those_who_may_order_all(member, scene, customers):
    browser = member("customer_admin", "tag", tag=customers)
    assert browser.post(f"{URL}make/", {"month": "2026-10"}).status_code == 404
    assert (
        "Make the statements"
        not in browser.get(URL, headers={"HX-Request": "true"}).content.decode()
    )
    assert browser.get(URL, {"month": "2026-13", "page": "-1"}).status_code == 200


def test_month_that_is_not_over_is_not_offered(client, owner, scene):
    client.force_login(owner)
    assert "Make the statements" in client.get(URL, {"month": "2026-10"}).content.decode()
    assert "Make the statements" not in client.get(URL, {"month": "2099-01"}).content.decode()


def test_resale_prices_are_set_by_whoever_may(client, owner, berlin, primary, member):
    tag = Tag.objects.create(workspace=berlin, name="hotels")
    client.force_login(owner)
    assert client.post(f"{URL}prices/", {"tag": tag.pk, "factor": "0"}).status_code == 422
    made = client.post(f"{URL}prices/", {"tag": tag.pk, "factor": "1.25"})
    page = made["Location"]
    given = {"product": "SMS", "direction": "outbound", "country": "de", "amount": "0.05"}
    assert client.post(page, {"what": "rate", **given}).status_code == 303
    assert client.post(page, {"what": "rate", **given, "amount": "0.06"}).status_code == 303
    listed = PriceList.objects.get()
    assert [(each.country, each.amount) for each in listed.rates.all()] == [("DE", D("0.06"))]
    assert "€\xa00.06" in client.get(page).content.decode()
    dead = client.post(page, {"what": "rate", **given, "product": "VOICE-CALL"})
    assert dead.status_code == 422
    assert "Voice calls: both directions go by one rate." in dead.content.decode()
    assert client.post(page, {"what": "factor", "factor": "2"}).status_code == 303
    rate = listed.rates.get().pk
    assert client.post(page, {"what": "remove_rate", "rate": rate}).status_code == 303
    assert client.post(page, {"what": "remove"}).status_code == 303
    assert not PriceList.objects.exists()
    assert Entry.objects.filter(event="workspace:statement:prices").count() == 6
    assert client.get("/w/elsewhere/statements/prices/").status_code == 404


def test_schedule_makes_and_mails_each_month_once(
    scene, berlin, customers, member, client, owner, hotel, settings
):
    member("customer_viewer", "tag", name="cora", tag=customers)
    member("finance", "subaccounts", name="fred")
    member("support", "selected", name="sam", accounts=[hotel])
    gone = member("support", "selected", name="gone", accounts=[hotel]) and Member.objects.get(
        user__username="gone"
    )
    Grant.objects.filter(member=gone).update(ends_at=datetime(2026, 10, 2, tzinfo=UTC))
    reach.rebuild(gone)
    client.force_login(owner)
    saved = client.post(f"{URL}schedule/", {"makes": "on", "mails": "on", "day": "3"})
    assert saved.status_code == 303
    early, due = datetime(2026, 11, 3, 4, 59, tzinfo=UTC), datetime(2026, 11, 3, 5, 1, tzinfo=UTC)
    running.begin_scheduled(early)
    assert not Run.objects.exists()
    for _ in range(3):
        running.begin_scheduled(due)
        running.work(due)
    run = Run.objects.get()
    assert (run.month, bool(run.finished_at)) == (date(2026, 10, 1), True)
    sent = sorted((each.to[0], each.subject) for each in mail.outbox)
    assert [to for to, _ in sent] == ["cora@a.example", "cora@a.example", "sam@a.example"]
    assert Mailed.objects.filter(sent_at__isnull=False).count() == 3
    for message in mail.outbox:
        _, pdf, kind = message.attachments[0]
        assert kind == "application/pdf"
        assert not any(figure in text_of(pdf) + message.body for figure in TELLING)
        assert ("3.7037037" in text_of(pdf)) == (message.to[0] == "cora@a.example")
    assert Schedule.objects.get().day == 3


def test_mail_whose_sender_died_is_not_sent_again_and_others_go_on(
    scene, berlin, customers, member, monkeypatch
):
    member("customer_viewer", "tag", tag=customers)
    Run.objects.create(workspace=berlin, month=date(2026, 10, 1), mails=True)
    Mailed.objects.create(
        statement=Statement.objects.filter(account__api_key="hotel001").get(),
        member=Member.objects.get(),
    )
    opened = []

    def reach(connection):
        opened.append(connection)
        if len(opened) == 1:
            raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", reach)
    now = datetime(2026, 11, 4, tzinfo=UTC)
    running.work(now)
    assert Run.objects.get().failures == 1
    Run.objects.update(taken_until=None)
    running.work(now)
    assert Run.objects.get().finished_at
    assert len(opened) == 2
    assert len(mail.outbox) == 1
    assert Mailed.objects.filter(sent_at__isnull=False).count() == 1


def test_button_has_a_month_made(client, owner, october, monkeypatch):
    rung = []
    monkeypatch.setattr("statements.services.running.ring", lambda: rung.append(1))
    client.force_login(owner)
    assert "No statements yet" in client.get(URL, {"month": "2026-10"}).content.decode()
    assert "No statement yet" in client.get(HOTEL).content.decode()
    assert client.post(f"{URL}make/", {"month": "2026-10"}).status_code == 303
    assert rung
    assert "are being made" in client.get(URL, {"month": "2026-10"}).content.decode()
    with time_machine.travel(datetime(2026, 11, 28, tzinfo=UTC)):
        running.work(datetime(2026, 11, 28, tzinfo=UTC))
    assert "hotel001" in client.get(URL, {"month": "2026-10"}).content.decode()
    assert Line.objects.exists()
    client.post(f"{URL}make/", {"month": "2099-01"})
    assert Run.objects.count() == 1
