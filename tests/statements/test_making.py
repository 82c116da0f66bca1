"""Statements: exact, by the clock of the zone, never guessed, and made once."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, AccountTag, Reading, Tag
from operations.models import Lane
from phone_numbers.models import NumberList
from statements.models import Line, PriceList, Rate, Statement
from statements.months import Month
from statements.services.making import NotOverError, make_month
from usage.models import UsageSum
from usage.tallying import month_of

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
Kind = Line.Kind


def of(account, **more):
    return Statement.objects.get(account=account, **{"is_current": True, **more})


def line(statement, kind, **more):
    return statement.lines.get(kind=kind, **more)


def codes(statement):
    return [code for code, _ in statement.notes]


@pytest.mark.parametrize(
    ("zone", "first", "begin", "end"),
    [
        ("Europe/Berlin", "2026-03-01", "2026-02-28T23:00", "2026-03-31T22:00"),
        ("Europe/Berlin", "2026-10-01", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("America/New_York", "2026-03-01", "2026-03-01T05:00", "2026-04-01T04:00"),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00", "2026-12-01T05:00"),
        ("UTC", "2026-12-01", "2026-12-01T00:00", "2027-01-01T00:00"),
    ],
)
def test_months_begin_and_end_by_the_clock_of_the_zone(zone, first, begin, end):
    month = Month(date.fromisoformat(first), zone)
    assert month.begin == datetime.fromisoformat(f"{begin}+00:00")
    assert month.end == datetime.fromisoformat(f"{end}+00:00")
    second = timedelta(seconds=1)
    assert month_of(month.begin, ZoneInfo(zone)) == month.first
    assert month_of(month.begin - second, ZoneInfo(zone)) < month.first
    assert month_of(month.end - second, ZoneInfo(zone)) == month.first
    assert month.is_over(month.end)
    assert not month.is_over(month.end - second)


def test_closing_is_the_mirrors_to_the_last_decimal(made, hotel):
    found = of(hotel)
    assert line(found, Kind.OPENING).amount == D("10.00000001")
    into, out = line(found, Kind.TRANSFER_IN), line(found, Kind.TRANSFER_OUT)
    assert (into.count, into.amount, out.count, out.amount) == (2, D("7.5"), 1, D(1))
    assert line(found, Kind.CREDIT_IN).amount == 3
    own = UsageSum.objects.filter(account=hotel, month=made).values_list("count", "cost")
    used = line(found, Kind.USAGE)
    assert (used.count, used.amount) == (sum(n for n, _ in own), sum(cost for _, cost in own))
    assert line(found, Kind.COMPUTED).amount == line(found, Kind.MIRROR).amount
    assert line(found, Kind.DIFFERENCE).amount == 0
    assert not [code for code in codes(found) if code.startswith("why")]


def test_difference_is_named_with_what_may_explain_it(made, inn):
    found = of(inn)
    assert line(found, Kind.DIFFERENCE).amount == D("-0.75")
    assert [code for code in codes(found) if code.startswith("why")] == ["why_numbers", "why_other"]


def test_no_reason_is_named_that_does_not_apply_and_each_that_does(
    october, inn, held, used, berlin
):
    NumberList.objects.create(account=inn, read_at=timezone.now())
    held(date(2026, 10, 3), date(2026, 11, 3), product="VERIFY-API", zone="UTC")
    used(inn, 3, "4.5", currency="USD", product="VERIFY-API", direction="")
    make_month(berlin, october)
    found = of(inn)
    why = [code for code in codes(found) if code.startswith("why")]
    assert why == ["why_days", "why_currency", "why_zone", "why_other"]
    unknown = next(said for code, said in found.notes if code == "days_unknown")
    # 30 September belongs to the month for two hours.
    assert unknown == {"product": "VERIFY-API", "direction": "", "days": 3}
    assert line(found, Kind.USAGE, currency="USD").amount == D("4.5")
    assert line(found, Kind.DIFFERENCE).amount == D("-0.75")
    assert line(found, Kind.NUMBERS).count == 0


def test_what_is_not_known_is_never_nought(october, hotel, primary, make_account, berlin):
    Reading.objects.filter(account=hotel, at__lt=datetime(2026, 10, 2, tzinfo=UTC)).delete()
    shared = make_account("shared01", "Shared", shares_balance=True)
    make_month(berlin, october)
    found = of(hotel)
    assert line(found, Kind.OPENING).amount is None
    assert line(found, Kind.COMPUTED).amount is None
    assert line(found, Kind.DIFFERENCE).amount is None
    assert "opening_unknown" in codes(found)
    assert line(found, Kind.NUMBERS).count is None
    assert "shares_balance" in codes(of(shared))
    assert not of(shared).lines.filter(kind=Kind.OPENING).exists()


def test_primary_account_pays_for_those_who_share_its_balance(
    october, primary, hotel, make_account, berlin, used, reading
):
    for key in ("shared01", "shared02"):
        used(make_account(key, "Shared", shares_balance=True), 2, "1.25")
    used(hotel, 1, "7")  # pays for itself
    used(primary, 1, "0.5")
    reading(primary, datetime(2026, 9, 1, tzinfo=UTC), "100")
    make_month(berlin, october)
    found = of(primary)
    assert (line(found, Kind.SHARED).count, line(found, Kind.SHARED).amount) == (4, D("2.5"))
    moves = line(found, Kind.TRANSFER_IN).amount - line(found, Kind.TRANSFER_OUT).amount
    assert line(found, Kind.COMPUTED).amount == 100 + moves - D("0.5") - D("2.5")
    assert not of(hotel).lines.filter(kind=Kind.SHARED).exists()


def test_transfers_that_were_not_read_are_not_nought(october, hotel, berlin):
    Lane.objects.update(audited_at=None)
    make_month(berlin, october)
    found = of(hotel)
    assert line(found, Kind.TRANSFER_IN).amount is None
    assert line(found, Kind.COMPUTED).amount is None
    Lane.objects.update(audited_at=datetime(2026, 10, 20, tzinfo=UTC))
    make_month(berlin, october)
    assert "transfers_unread" not in codes(of(hotel))
    assert "transfers_late" in codes(of(hotel))


def test_same_figures_make_nothing_and_others_a_revision(made, berlin, hotel, inn, used):
    before = list(Line.objects.order_by("pk").values())
    assert make_month(berlin, made).changed == 0
    NumberList.objects.create(account=inn, read_at=timezone.now())
    used(hotel, 1, "0.5", country="IT")
    # The numbers of today make none by themselves, but here they are no reason any more.
    assert make_month(berlin, made).changed == 2
    assert of(hotel).revision == 2
    old = Statement.objects.get(account=hotel, revision=1)
    assert not old.is_current
    assert line(old, Kind.USAGE).count == 107
    assert line(of(hotel), Kind.USAGE).count == 108
    kept = Line.objects.filter(pk__in=[each["id"] for each in before]).order_by("pk")
    assert list(kept.values()) == before


def test_month_that_is_not_over_has_no_statement(berlin, primary):
    with pytest.raises(NotOverError):
        make_month(berlin, timezone.now().date())


@pytest.fixture
def priced(berlin, owner):
    def add(account, name="customers", factor=None, **rates):
        tag = Tag.objects.create(workspace=berlin, name=name)
        AccountTag.objects.create(tag=tag, account=account)
        listed = PriceList.objects.create(workspace=berlin, tag=tag, factor=factor)
        for country, amount in rates.items():
            Rate.objects.create(
                price_list=listed,
                product="SMS",
                direction="outbound",
                country="" if country == "anywhere" else country,
                amount=D(amount),
            )
        return listed

    return add


@pytest.mark.parametrize(
    ("factor", "rates", "resale"),
    [
        (D("1.2345"), {}, D("1.52407408")),  # 1.2345 x 1.23456790 = 1.524074072...55, rounded
        (None, {"DE": "0.05", "anywhere": "0.1"}, D("5.7")),
        (D(2), {"DE": "0.05"}, D("5.00000002")),
        (None, {"DE": "0.05"}, None),
    ],
)
def test_resale_is_exact(october, berlin, hotel, priced, factor, rates, resale):
    priced(hotel, factor=factor, **rates)
    make_month(berlin, october)
    expected = resale
    if factor == D("1.2345"):
        expected = (D("1.23456790") * factor).quantize(D("0.00000001"))
    assert line(of(hotel), Kind.USAGE).resale == expected
    assert ("partly_priced" in codes(of(hotel))) == (expected is None)


def test_two_lists_give_no_resale_price(october, berlin, hotel, priced):
    priced(hotel, "one", factor=D(2))
    priced(hotel, "two", factor=D(3))
    make_month(berlin, october)
    assert line(of(hotel), Kind.USAGE).resale is None
    assert "two_lists" in codes(of(hotel))


def test_many_accounts_take_few_queries(made, berlin, report, hotel):
    example = {
        field.attname: getattr(hotel, field.attname)
        for field in Account._meta.concrete_fields
        if not field.primary_key
    }
    rows = Account.objects.bulk_create(
        Account(**{**example, "api_key": f"k{n:07}", "listing_key": f"{n}"}) for n in range(5_000)
    )
    sums = UsageSum.objects.values().first()
    UsageSum.objects.bulk_create(
        UsageSum(**{**sums, "id": None, "account_id": row.pk, "month": made, "country": country})
        for row in rows
        for country in ("DE", "FR", "IT")
    )
    Reading.objects.bulk_create(
        Reading(account=row, at=datetime(2026, 9, 1, tzinfo=UTC), balance=10) for row in rows
    )
    began = time.monotonic()
    with CaptureQueriesContext(database) as queries:
        assert make_month(berlin, made).changed == 5_000
    print(f"\n5,000 accounts: {time.monotonic() - began:.1f} s, {len(queries)} queries")  # noqa: T201
    assert len(queries) < 80 * 11
