import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulator import reports
from simulator.record_shapes import PRODUCTS
from vonage_api import Rejected, TurnedAway, errors
from vonage_api.report_bodies import total_price
from vonage_api.reports import LONGEST_WINDOW

START = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)
END = START + timedelta(hours=55, minutes=10)
SMS = {"product": "SMS", "direction": "outbound"}
LIST = "/v2/reports/records"


@pytest.fixture
def truth(remote: Any) -> Callable[..., list[dict[str, Any]]]:
    """What records the simulator has, by what is asked for."""

    def find(
        account_id: str, *, product: str = "SMS", direction: str = "outbound", **wanted: set[str]
    ) -> list[dict[str, Any]]:
        query = reports.Query(product, (account_id,), direction, START, END, wanted)
        found = reports.find(remote.state, query, asked_at=remote.state.now())
        return [record for _, record in found]

    return find


@pytest.fixture
def order(client: Any, cast: Any) -> Callable[..., Any]:
    """Ask for a report as a file."""
    return lambda **more: client.reports.create(
        **({"account_id": cast.primary, "start": START, "end": END} | SMS | more)
    )


def age(remote: Any, seconds: int) -> None:
    remote.state.switch(clock_offset=seconds)


def test_records_of_days_with_more_than_a_page(
    remote: Any, client: Any, cast: Any, truth: Any
) -> None:
    remote.state.switch(strict_reports=True)
    assert timedelta(hours=24) == LONGEST_WINDOW
    expected = truth(cast.primary)
    found = list(client.reports.records(account_id=cast.primary, start=START, end=END, **SMS))
    assert found == expected
    assert len(found) > 2000
    assert remote.requests.count(("GET", LIST)) > 3  # windows: some have a second page
    cost = sum((total_price(record) for record in found), Decimal(0))
    assert cost == sum((Decimal(record["total_price"]) for record in expected), Decimal(0)) > 0


def test_records_page_by_page(client: Any, cast: Any, truth: Any) -> None:
    asked = {"account_id": cast.primary, "start": END - LONGEST_WINDOW, "end": END, **SMS}
    expected = [
        each
        for each in truth(cast.primary)
        if datetime.fromisoformat(each["date_received"]) >= END - LONGEST_WINDOW
    ]
    found, place = [], ()
    while True:
        page, place = client.reports.records_page(**asked, after=place)
        found += page.records
        if not place:
            break
    assert found == expected
    with pytest.raises(ValueError, match="24 hours"):
        client.reports.records_page(**{**asked, "start": START - LONGEST_WINDOW * 3})


def test_each_record_once_where_windows_meet(client: Any, cast: Any, truth: Any) -> None:
    whole = truth(cast.primary)
    border = datetime.fromisoformat(whole[-500]["date_received"])
    start = border - LONGEST_WINDOW
    assert start > START
    found = list(client.reports.records(account_id=cast.primary, start=start, end=END, **SMS))
    first = next(
        n for n, one in enumerate(whole) if datetime.fromisoformat(one["date_received"]) >= start
    )
    assert found == whole[first:]


def test_records_of_a_subaccount_by_filter(client: Any, cast: Any, truth: Any) -> None:
    whole = truth(cast.own, direction="inbound")
    country = whole[0]["country"]
    asked = {"account_id": cast.own, "start": START, "end": END, "direction": "inbound"}
    found = list(client.reports.records(product="SMS", filters={"country": country}, **asked))
    assert found == [record for record in whole if record["country"] == country]
    assert 0 < len(found) < len(whole)
    with_text = client.reports.records(product="SMS", filters={"include_message": True}, **asked)
    assert all("message_body" in record for record in with_text)


@pytest.mark.parametrize("product", PRODUCTS)
def test_records_of_each_product(client: Any, cast: Any, truth: Any, product: str) -> None:
    direction = "outbound" if product in {"SMS", "MESSAGES"} else ""
    asked = {"product": product, "account_id": cast.own, "start": START, "end": END}
    found = list(client.reports.records(direction=direction or None, **asked))
    assert found == truth(cast.own, product=product, direction=direction) != []


def test_no_records_where_there_are_none(client: Any, cast: Any) -> None:
    early = datetime(2018, 1, 1, tzinfo=UTC)
    asked = {"account_id": cast.own, "start": early, "end": early + timedelta(days=1)}
    assert list(client.reports.records(**asked, **SMS)) == []


def test_records_of_strangers_are_refused(remote: Any, client: Any, cast: Any) -> None:
    asked = {"start": START, "end": END, **SMS}
    for somebody, account_id in [
        (client, "ffffffff"),
        (remote.client(cast.own), cast.primary),
    ]:
        with pytest.raises(errors.Forbidden):
            list(somebody.reports.records(account_id=account_id, **asked))


def test_records_by_id(client: Any, cast: Any, truth: Any) -> None:
    wanted = truth(cast.primary)[5:8]
    ids = tuple(record["message_id"] for record in wanted)
    page = client.reports.records_by_id(account_id=cast.primary, ids=(*ids, "no-such-id"), **SMS)
    assert list(page.records) == wanted
    assert page.ids_not_found == ("no-such-id",)


def test_a_file_is_made_and_read(
    remote: Any, client: Any, cast: Any, truth: Any, order: Any, tmp_path: Any
) -> None:
    report = order().get()
    assert (report.status, report.finished, report.download_url) == ("PENDING", False, None)
    age(remote, 1)
    assert client.reports.get(report.id).status == "PROCESSING"
    age(remote, 2)
    done = client.reports.get(report.id)
    assert (done.status, done.finished) == ("SUCCESS", True)
    file = client.reports.download(done, to=tmp_path / "report.zip")
    [name] = file.names
    assert name == f"report_SMS_{cast.primary}_20261123.csv"
    with file.open(name) as stream:
        rows = list(csv.DictReader(io.TextIOWrapper(stream, "utf-8", newline="")))
    expected = truth(cast.primary)
    assert len(rows) == len(expected) == done.items_count
    for field in ("message_id", "date_received", "total_price"):
        assert [row[field] for row in rows] == [record[field] for record in expected]


def test_a_file_of_the_whole_family(remote: Any, client: Any, order: Any, tmp_path: Any) -> None:
    report = order(product="ASR", direction=None, include_subaccounts=True).get()
    age(remote, 2)
    file = client.reports.download(client.reports.get(report.id), to=tmp_path / "report.zip")
    with file.open(file.names[0]) as stream:
        rows = csv.DictReader(io.TextIOWrapper(stream, "utf-8", newline=""))
        accounts = {row["account_id"] for row in rows}
    family = remote.state.snapshot()
    assert accounts == {a.api_key for a in (family.primary, *family.subaccounts)}


def test_a_report_is_stopped(remote: Any, client: Any, order: Any) -> None:
    report = order().get()
    stopped = client.reports.cancel(report.id).get()
    assert (stopped.status, stopped.finished) == ("ABORTED", True)
    assert remote.state.store.reports.rows[report.id].ended == "ABORTED"
    again = client.reports.cancel(report.id)
    assert isinstance(again, Rejected)
    assert again.error.status == 409
    with pytest.raises(ValueError, match="no file"):
        client.reports.download(client.reports.get(report.id), to=None)


def test_a_finished_report_cannot_be_stopped(remote: Any, client: Any, order: Any) -> None:
    report = order().get()
    age(remote, 3)
    assert client.reports.cancel(report.id).error.status == 409


def test_reports_by_their_state(remote: Any, client: Any, cast: Any, order: Any) -> None:
    first = order().get()
    stopped = order().get()
    client.reports.cancel(stopped.id).get()
    age(remote, 60)
    second = order(product="ASR", direction=None).get()

    def ids(status: str, **more: Any) -> list[str]:
        found = client.reports.list(account_id=cast.primary, status=status, **more)
        assert found.items_count == len(found.reports)
        return [report.id for report in found.reports]

    now = remote.state.clock()
    assert ids("SUCCESS") == [first.id]
    assert ids("ABORTED") == [stopped.id]
    assert ids("PENDING,SUCCESS") == [second.id, first.id]
    assert ids("PENDING,SUCCESS", start=now + timedelta(seconds=30)) == [second.id]
    assert ids("PENDING,SUCCESS", end=now + timedelta(seconds=30)) == [first.id]


def test_what_is_not_there(client: Any, order: Any, tmp_path: Any, remote: Any) -> None:
    with pytest.raises(errors.NotFound):
        client.reports.get("no-such-report")
    assert isinstance(client.reports.cancel("no-such-report"), Rejected)
    foreign = order(account_id="ffffffff")
    assert isinstance(foreign, TurnedAway)
    assert order(product="NO-SUCH").error.invalid_parameters[0].name == "product"
    report = order().get()
    age(remote, 2)
    done = client.reports.get(report.id)
    age(remote, 73 * 3600)
    with pytest.raises(errors.NotFound):
        client.reports.download(done, to=tmp_path / "report.zip")
    assert list(tmp_path.iterdir()) == []
