"""Sums: exact, taken in once however often, in bounded memory, and to each what may be seen."""

import csv
import io
import random
import re
import time
import zipfile
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection as database
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from teams.models import Member, Role, User
from tests.cast import grant
from tests.usage.conftest import all_of, day
from usage import tallying
from usage.models import HeldDays, Report, UsageSum
from usage.services import advancing, files, importing, ordering
from usage.services.knowing import missing_in
from usage.services.ordering import HeldError
from usage.tables import joined

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/w/harbour/usage/"
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


@pytest.fixture
def whole(order, follow, primary):
    """A report of all accounts, taken in."""

    def make(token="whole", **more):
        return follow(order(token, account=primary, with_subaccounts=True, **more))

    return make


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def total(**wanted):
    rows = UsageSum.objects.filter(is_valid=True, **wanted)
    return rows.aggregate(n=Sum("count"), cost=Sum("cost"))


def written_in(report):
    head, *rows = joined(files.path_of(report), all_of(report))
    return [dict(zip(head, row, strict=True)) for row in rows]


def put_file(report, head, rows):
    """Let this be the file of a report, to be taken in."""
    with zipfile.ZipFile(files.path_of(report), "w", zipfile.ZIP_DEFLATED) as archive:
        lines = io.StringIO()
        csv.writer(lines, quoting=csv.QUOTE_ALL).writerows([head, *rows])
        archive.writestr("report.csv", lines.getvalue())
    Report.objects.filter(pk=report.pk).update(
        state=State.READY, file_size=1, summed_at=None, due_at=timezone.now()
    )


def test_sums_are_exactly_those_of_the_file(whole, primary, sub):
    report = whole()
    assert report.summed_at
    records = written_in(report)
    assert total() == {
        "n": len(records),
        "cost": sum(Decimal(each["total_price"]) for each in records),
    }
    for account in (primary, sub):
        own = [each for each in records if each["account_id"] == account.api_key]
        assert total(account=account)["n"] == len(own) > 0
    countries = Counter(each["country"] for each in records)
    assert {each: total(country=each)["n"] for each in countries} == countries
    days = Counter(each["date_received"][:10] for each in records)
    assert {each: total(day=each)["n"] for each in days} == days


def test_same_days_taken_in_again_replace_and_never_add(whole, follow):
    report = whole()
    before = total()
    for _ in range(2):
        Report.objects.filter(pk=report.pk).update(summed_at=None, due_at=timezone.now())
        assert follow(report).summed_at
        assert total() == before
    Report.objects.update(state=State.EXPIRED)
    whole("wider", starts_at=day(5))
    assert total(day__gte=day(3).date()) == before
    assert HeldDays.objects.count() == 1


def test_one_account_replaces_its_own_days_only(whole, order, follow, sub):
    whole()
    before, own = total(), total(account=sub)
    Report.objects.update(state=State.EXPIRED)
    follow(order("own"))
    assert (total(), total(account=sub)) == (before, own)


def test_worker_that_died_in_between_leaves_nothing_that_counts(whole, follow, monkeypatch):
    monkeypatch.setattr(importing, "_make_valid", lambda *_: 1 / 0)
    report = whole()
    assert total()["n"] is None
    assert report.sums_fault
    assert UsageSum.objects.exists()
    monkeypatch.undo()
    Report.objects.filter(pk=report.pk).update(due_at=timezone.now())
    assert advancing.advance(report.pk)
    report.refresh_from_db()
    assert total()["n"] == UsageSum.objects.aggregate(n=Sum("count"))["n"] == report.items_count


def test_what_is_narrowed_or_not_over_is_not_taken_in(whole, order, follow):
    follow(order("narrow", filters={"status": "delivered"}))
    assert not UsageSum.objects.exists()
    now = timezone.now().replace(microsecond=0)
    if now.hour:
        whole("today", starts_at=day(0), ends_at=now)
        assert not HeldDays.objects.exists()
    whole("with today", starts_at=day(1), ends_at=now)
    assert HeldDays.objects.get().last_day == day(1).date()
    assert not UsageSum.objects.filter(day__gte=day(0).date()).exists()


def test_no_records_are_known_too(order, follow):
    report = follow(order(product="NUMBER-INSIGHT", direction="", filters={}))
    Report.objects.filter(pk=report.pk).update(
        file_size=None, summed_at=None, due_at=timezone.now()
    )
    follow(report)
    assert total()["n"] is None
    assert HeldDays.objects.get().product == "NUMBER-INSIGHT"


HEAD = ("account_id", "date_received", "country", "total_price", "currency", "to")


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (("account_id", "when"), ("x", "y")),
        (("whose", "date_received"), ("x", "y")),
        (HEAD, ("x", "yesterday", "DE", "1", "EUR", "")),
        (HEAD, ("x", "2026-01-01T00:00:00+00:00", "DE", "cheap", "EUR", "")),
        (HEAD, ("x", "2026-01-01T00:00:00+00:00", "DE", "1e400", "EUR", "")),
        (HEAD, ("x", "2026-01-01T00:00:00+00:00")),
    ],
)
def test_garbage_is_not_taken_in_and_takes_nothing_away(head, row, actor, whole, follow):
    report = whole()
    before, sound = total(), files.path_of(report).read_bytes()
    put_file(report, head, [row])
    report = follow(report)
    assert report.state == State.READY
    assert "not taken in" in report.sums_fault
    assert total() == before
    files.path_of(report).write_bytes(sound)
    assert ordering.try_again(actor, report)
    assert follow(report).sums_fault == ""
    assert total() == before


def test_accounts_that_are_unknown_are_counted_and_left_out(whole, follow, sub):
    report = whole()
    at = f"{day(2):%Y-%m-%d}T10:00:00+00:00"
    put_file(
        report,
        HEAD,
        [
            (sub.api_key, at, "de", "0.01000001", "EUR", "447700900001"),
            (sub.api_key, at, "DE", "-0.01", "", "447700900001"),
            ("foreign", at, "DE", "5", "EUR", ""),
        ],
    )
    report = follow(report)
    assert report.left_out == 1
    assert total() == {"n": 2, "cost": Decimal("0.00000001")}
    assert total(country="DE")["n"] == 2


def test_no_number_or_text_of_a_record_is_kept(whole):
    report = whole()
    record = written_in(report)[0]
    names = [field.name for field in UsageSum._meta.concrete_fields]
    kept = {str(value) for row in UsageSum.objects.values_list(*names) for value in row}
    for column in ("to", "from", "message_id", "client_ref", "network_name", "ip_address"):
        assert record[column] == "" or record[column] not in kept


def test_report_that_has_all_of_it_is_not_ordered_again(whole, order, wanted):
    report = whole()
    with pytest.raises(HeldError) as held:
        order("one account of it", starts_at=day(2))
    assert held.value.report == report
    order("earlier", starts_at=day(4))


def test_missing_days():
    days = [day(n).date() for n in range(10, 0, -1)]
    assert missing_in((days[0], days[9]), []) == [(days[0], days[9])]
    spans = [(days[1], days[3]), (days[2], days[2]), (days[6], days[6])]
    missing = [(days[0], days[0]), (days[4], days[5]), (days[7], days[9])]
    assert missing_in((days[0], days[9]), spans) == missing
    assert missing_in((days[2], days[3]), spans) == []
    assert missing_in((days[4], days[5]), [(days[0], days[9])]) == []


def test_sums_that_are_handed_on_early_add_up(whole, follow, monkeypatch):
    report = whole()
    before, rows = total(), UsageSum.objects.count()
    monkeypatch.setattr(tallying, "AT_ONCE", 3)
    Report.objects.filter(pk=report.pk).update(summed_at=None, due_at=timezone.now())
    follow(report)
    assert total() == before
    assert UsageSum.objects.count() > rows


def rss(name):
    """Return a figure of this process's memory in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024


def test_million_records_in_bounded_memory(whole, follow, sub, primary):
    report = whole(starts_at=day(31))
    keys, rng = (sub.api_key, primary.api_key), random.Random(1)  # noqa: S311 - foreseeable
    countries = [f"C{n}" for n in range(3_000)]
    path = files.path_of(report)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("report.csv", "w") as table,
    ):
        table.write(b'"id","account_id","date_received","country","total_price","currency","to"\n')
        for block in range(100):
            lines = (
                f'"{block}-{n}-4a6c-9b1d","{keys[n & 1]}",'
                f'"{day(2 + n % 30):%Y-%m-%d}T10:00:00+00:00","{rng.choice(countries)}",'
                f'"0.0{n % 900:03}0000","EUR","4477009{n:05}"\n'
                for n in range(10_000)
            )
            table.write("".join(lines).encode())
    Report.objects.filter(pk=report.pk).update(summed_at=None, due_at=timezone.now())
    Path("/proc/self/clear_refs").write_text("5")
    before, began = rss("VmRSS"), time.monotonic()
    report = follow(report)
    took, grown = time.monotonic() - began, rss("VmHWM") - before
    rows = UsageSum.objects.count()
    print(f"\n1,000,000 records: {took:.1f} s, {grown:.0f} MiB more, {rows:,} rows")  # noqa: T201
    assert report.sums_fault == ""
    assert total()["n"] == 1_000_000
    assert grown <= 150


def test_pages_show_sums_by_everything(browser, whole, sub):
    assert "Nothing is known yet" in text(browser.get(URL))
    report = whole()
    page = text(browser.get(URL))
    assert "SMS, outbound" in page
    assert f"{report.items_count:,}" in page
    assert "€" in page
    assert f"Known up to <strong>{day(2):%-d %b %Y}" in page
    assert "28 of the days above are not known" in page
    assert "scope=all" in page
    assert "Harbour Hotel" in text(browser.get(URL, {"by": "account"}))
    assert f"{day(2):%-d %b %Y}" in text(browser.get(URL, {"by": "day"}))
    country = text(browser.get(URL, {"by": "country", "account": sub.api_key}))
    assert f"<strong>{total(account=sub)['n']:,}</strong>" in country
    window = {"first_day": f"{day(3):%Y-%m-%d}", "last_day": f"{day(2):%Y-%m-%d}"}
    assert "Complete" in text(browser.get(URL, window))


def test_days_that_vonage_has_no_more_are_not_offered(browser, whole):
    whole()
    old = {"first_day": f"{day(420):%Y-%m-%d}", "last_day": f"{day(410):%Y-%m-%d}"}
    page = text(browser.get(URL, old))
    assert "11 of the days above are not known" in page
    assert "scope=all" not in page


@pytest.mark.parametrize("name", ["first_day", "last_day"])
@pytest.mark.parametrize("typed", ["0001-01-15", "0002-11-27", "1999-12-31", "x"])
def test_year_that_is_typed_half_narrows_nothing(name, typed, browser):
    usual = browser.get(URL).context["asked"].window
    assert browser.get(URL, {name: typed}).context["asked"].window == usual


def test_sums_run_over_accounts_in_sight_only(member, whole, sub, primary):
    whole()
    browser = member("support", "selected", accounts=[sub])
    page = text(browser.get(URL, {"by": "account"}))
    assert "Harbour Hotel" in page
    assert primary.api_key not in page
    assert f"<strong>{total(account=sub)['n']:,}</strong>" in page
    assert "€" not in page
    assert "Cost" not in page
    assert "Nothing here" in text(browser.get(URL, {"account": primary.api_key}))
    rows = exported(browser.post(f"{URL}export/?by=account"))
    assert rows == [
        ["API key", "account", "currency", "records"],
        [sub.api_key, "Harbour Hotel", "EUR", str(total(account=sub)["n"])],
    ]


def exported(answer) -> list[list[str]]:
    content = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(content)))


def test_cost_is_that_of_accounts_whose_prices_are_in_sight(member, whole, sub, primary, workspace):
    whole()
    browser = member("support", "all")
    assert "Cost" not in text(browser.get(URL))
    grant(Member.objects.get(), "finance", "selected", accounts=[sub])
    page = text(browser.get(URL, {"by": "account"}))
    assert "Cost is that of the accounts whose prices you may see." in page
    assert page.count("not shown") == 1
    rows = {row[0]: row for row in exported(browser.post(f"{URL}export/?by=account"))}
    assert rows[primary.api_key][-1] == ""
    assert Decimal(rows[sub.api_key][-1]) == total(account=sub)["cost"]
    assert Entry.objects.get(event="workspace:export:make").new["what"] == "usage"
    assert Role.objects.count() == 0


def test_csv_computes_nothing(browser, whole, sub):
    whole()
    sub.name = "=1+1"
    sub.save()
    rows = exported(browser.post(f"{URL}export/?by=account"))
    assert "'=1+1" in {row[1] for row in rows}


def test_nobody_without_the_right_sees_usage(member, whole):
    whole()
    browser = member("approver", "all")
    assert browser.get(URL).status_code == 403
    assert browser.post(f"{URL}export/").status_code == 403


def test_number_of_queries_is_the_same_for_few_and_many(browser, whole):
    report = whole()

    def cost(by):
        with CaptureQueriesContext(database) as queries:
            assert browser.get(URL, {"by": by}).status_code == 200
        return len(queries)

    few = {by: cost(by) for by in ("product", "account", "country", "day")}
    few = {by: cost(by) for by in few}
    example = UsageSum.objects.first()
    values = {
        field.attname: getattr(example, field.attname)
        for field in UsageSum._meta.concrete_fields
        if not field.primary_key
    }
    UsageSum.objects.bulk_create(
        UsageSum(**{**values, "country": f"X{n % 99}", "day": example.day - timedelta(n % 20)})
        for n in range(600)
    )
    assert {by: cost(by) for by in few} == few
    assert "Next" in text(browser.get(URL, {"by": "country"}))
    assert "Previous" in text(browser.get(URL, {"by": "country", "page": "2"}))
    assert report.pk
