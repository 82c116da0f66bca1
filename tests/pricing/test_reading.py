"""Reading the prices: what is written, what is a change, what stays where it fails."""

import re
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Connection
from pricing import tasks
from pricing.models import Price, PriceBook, PriceChange, PriceList
from pricing.services import claims, reading
from simulator.faults import Faults, Rule
from vonage_api import Timeouts

pytestmark = pytest.mark.django_db(transaction=True)

SMS = "full-pricing/outbound/sms"


def kept():
    return sorted(Price.objects.values_list("pk", "key", "price", "currency"))


def price_of(product="sms", **wanted):
    return Price.objects.get(product=product, **wanted).price


def test_everything_is_read_and_kept_exactly(read_prices):
    assert read_prices()
    assert price_of(country_code="DE", network_code="") == Decimal("0.0782")
    assert price_of("sms-transit", country_code="DE", network_code="") == Decimal("0.07038")
    assert price_of("voice", country_code="ZM", network_code="64598") == Decimal("0.31")
    pennine = Price.objects.get(product="sms", network_code="23498")
    assert (pennine.ranges, pennine.mcc, pennine.network_type) == ("4477 4478", "234", "mobile")
    assert not Price.objects.filter(country_code="AF", network_code="").exists()
    assert PriceList.objects.filter(fault="", read_at__isnull=False).count() == 3
    assert not PriceChange.objects.exists()


def test_next_reading_is_due_a_day_later(read_prices):
    before = timezone.now()
    read_prices()
    book = PriceBook.objects.get()
    assert timedelta(days=1) <= book.due_at - before < timedelta(days=1, minutes=1)
    assert book.claim is None


def test_reading_the_same_again_writes_no_price(read_prices):
    from django.db import connection

    read_prices()
    before = kept()
    with CaptureQueriesContext(connection) as queries:
        assert read_prices()
    writing = re.compile(
        r"([1-9]\d* times: )?(INSERT INTO|UPDATE|DELETE FROM) \"?pricing_(price|change)\b"
    )
    assert not [each["sql"] for each in queries if writing.match(each["sql"])]
    assert kept() == before


def test_only_what_differs_is_written_and_called_a_change(read_prices, countries):
    read_prices()
    stays = dict(Price.objects.exclude(country_code__in=["DE", "FR"]).values_list("key", "pk"))
    countries(DE={"sms": "0.08", "voice": "0.01"}, FR=None)
    assert read_prices()
    assert dict(Price.objects.exclude(country_code="DE").values_list("key", "pk")) == stays
    changes = PriceChange.objects.filter(product="sms")
    up = changes.get(country_code="DE", network_code="")
    assert (up.kind, up.old, up.new, up.percent) == (
        "up",
        Decimal("0.0782"),
        Decimal("0.08"),
        "+2.3\N{NO-BREAK SPACE}%",
    )
    down = PriceChange.objects.get(product="voice", country_code="DE", network_code="26298")
    assert (down.kind, down.percent) == ("down", "\N{MINUS SIGN}47.6\N{NO-BREAK SPACE}%")
    gone = changes.get(country_code="FR", network_code="")
    assert (gone.kind, gone.old, gone.new) == ("vanished", Decimal("0.0651"), None)
    assert not Price.objects.filter(country_code="FR").exists()
    assert set(changes.values_list("country_code", flat=True)) == {"DE", "FR"}


def test_country_that_comes_back_is_new(read_prices, countries, monkeypatch):
    from simulator import prices

    whole = prices.COUNTRIES
    countries(FR=None)
    read_prices()
    monkeypatch.setattr(prices, "COUNTRIES", whole)
    read_prices()
    assert set(PriceChange.objects.values_list("kind", "country_code")) == {("appeared", "FR")}
    assert price_of(country_code="FR", network_code="") == Decimal("0.0651")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("500-before", "Vonage failed"),
        ("503-before", "Vonage failed"),
        ("garbage", "the answer made no sense"),
        ("html-after", "the answer made no sense"),
        ("cut", "Vonage did not answer"),
        ("drop-before", "Vonage did not answer"),
        ("301-elsewhere", "the answer made no sense"),
    ],
)
def test_reading_that_fails_changes_nothing_and_says_why(
    fault, said, read_prices, countries, vonage, monkeypatch
):
    monkeypatch.setattr(reading, "PATIENCE", Timeouts(connect=1, read=2, total=4))
    read_prices()
    before, read_at = kept(), PriceList.objects.get(product="sms").read_at
    countries(DE={"sms": "9", "voice": "9"}, FR=None)
    vonage.faults.add(Rule(fault, "GET", times=99))
    assert not read_prices()
    assert kept() == before
    assert not PriceChange.objects.exists()
    sms = PriceList.objects.get(product="sms")
    assert sms.fault == said
    assert sms.detail
    assert (sms.read_at, sms.tried_at > read_at) == (read_at, True)
    assert vonage.api_secret not in sms.detail


def test_one_product_that_fails_keeps_the_others_from_nothing(read_prices, countries, vonage):
    read_prices()
    countries(DE={"sms": "9", "voice": "9"})
    vonage.faults.add(Rule("500-before", "GET", SMS, times=99))
    assert not read_prices()
    assert price_of(country_code="DE", network_code="") == Decimal("0.0782")
    assert price_of("voice", country_code="DE", network_code="") == 9
    assert PriceList.objects.exclude(fault="").get().product == "sms"
    vonage.faults.rules.clear()
    assert read_prices()
    assert not PriceList.objects.exclude(fault="").exists()


def test_empty_answer_is_not_believed(read_prices, monkeypatch):
    from simulator import prices

    read_prices()
    before = kept()
    monkeypatch.setattr(prices, "COUNTRIES", ())
    assert not read_prices()
    assert kept() == before
    assert "no prices are listed" in PriceList.objects.get(product="voice").detail


def test_wrong_secret_is_told_in_words(read_prices, vonage):
    vonage.faults.add(Rule("refused", "GET", SMS))  # from then on
    assert not read_prices()
    assert PriceList.objects.get(product="voice").fault == "Vonage refused the API key or secret"


def test_workspace_without_a_connection_says_so(read_prices):
    Connection.objects.all().delete()
    assert not read_prices()
    assert {each.detail for each in PriceList.objects.all()} == {
        "The workspace is not connected to Vonage."
    }


def test_fault_of_our_own_is_kept_without_its_words(read_prices, monkeypatch):
    def breaks(*_):
        raise RuntimeError("something inside")

    monkeypatch.setattr(reading, "rows_of", breaks)
    assert not read_prices()
    sms = PriceList.objects.get(product="sms")
    assert (sms.fault, sms.detail) == ("Switchboard could not take the answer in", "")


def test_failures_are_put_off_longer_and_longer(read_prices, vonage):
    vonage.faults.add(Rule("500-before", "GET", SMS, times=99))
    pauses = []
    for _ in range(3):
        read_prices()
        book = PriceBook.objects.get()
        pauses.append(round((book.due_at - book.tried_at) / timedelta(hours=1)))
    assert pauses == [1, 2, 4]


def test_wish_for_rest_is_heeded_by_people_too(read_prices, vonage, primary, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", Timeouts(connect=1, read=2, total=4))
    vonage.faults.add(Rule("429", "GET", SMS, times=99))
    assert not read_prices()
    book = PriceBook.objects.get()
    assert book.rests_until > timezone.now()
    PriceBook.objects.update(tried_at=timezone.now() - timedelta(hours=1))
    assert not claims.request(primary.workspace_id, timezone.now())
    assert claims.request(primary.workspace_id, book.rests_until)


def test_two_readers_at_once_are_one(primary, vonage, monkeypatch):
    asked, strike = [], Faults.strike

    def counted(faults, method, path, **more):
        asked.extend([path] * path.endswith(SMS))
        return strike(faults, method, path, **more)

    monkeypatch.setattr(Faults, "strike", counted)
    vonage.faults.latency_ms = 200
    begin, results = threading.Barrier(2), []

    def read():
        begin.wait()
        results.append(tasks.read_prices(workspace_id=primary.workspace_id))
        connections.close_all()

    claims.request(primary.workspace_id, timezone.now())
    threads = [threading.Thread(target=read) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(results) == 2
    assert len(asked) == 1
    assert Price.objects.filter(product="sms", country_code="DE", network_code="").count() == 1


def test_reader_whose_claim_ran_out_writes_nothing(read_prices, primary, countries):
    read_prices()
    before, lists = kept(), sorted(PriceList.objects.values_list("product", "tried_at"))
    countries(DE={"sms": "9", "voice": "9"})
    now = timezone.now()
    PriceBook.objects.update(due_at=now)
    late = claims.take(primary.workspace_id, now)
    PriceBook.objects.update(claimed_until=now)
    other = claims.take(primary.workspace_id, timezone.now())
    assert other
    assert not reading.run(late)
    assert kept() == before
    assert sorted(PriceList.objects.values_list("product", "tried_at")) == lists
    assert reading.run(other)
    assert price_of(country_code="DE", network_code="") == 9


def test_claim_of_a_process_that_died_runs_out(primary):
    now = timezone.now()
    assert claims.take(primary.workspace_id, now)
    assert claims.take(primary.workspace_id, now + timedelta(seconds=100)) is None
    assert claims.take(primary.workspace_id, now + claims.LONGEST)


def test_nobody_asks_twice_in_a_moment(read_prices, primary):
    read_prices()
    now = timezone.now()
    assert not claims.request(primary.workspace_id, now)
    assert claims.request(primary.workspace_id, now + claims.BETWEEN_ATTEMPTS)


def test_tick_rings_where_prices_were_read_a_day_ago(read_prices, primary, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks, "ring", rung.append)
    read_prices()
    tasks.read_due_prices()
    assert rung == []
    PriceBook.objects.update(due_at=F("due_at") - reading.AGE)
    tasks.read_due_prices()
    assert rung == [primary.workspace_id]
    Connection.objects.all().delete()
    tasks.read_due_prices()
    assert len(rung) == 1


def test_tick_rings_for_prices_never_read_only_where_somebody_looked(primary):
    now = timezone.now()
    assert claims.due(now) == []
    claims.note_look(primary.workspace_id)
    assert claims.due(now) == [primary.workspace_id]
    assert claims.take(primary.workspace_id, now)
    assert claims.due(now) == []
    cache.clear()
    assert claims.due(now + claims.LONGEST) == []


def test_thousands_of_prices_take_as_many_statements_as_few(read_prices, countries, monkeypatch):
    from dataclasses import replace

    from django.db import connection

    from simulator import prices

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert read_prices()
        return len(queries)

    read_prices()
    few = statements()
    germany = prices.BY_CODE["DE"]
    many = tuple(replace(germany.networks[0], code=f"X{n}", name=f"Net {n}") for n in range(3_000))
    countries(DE={"networks": (*germany.networks, *many)})
    assert read_prices()
    assert statements() == few
    assert Price.objects.filter(country_code="DE", product="sms").count() > 3_000
