import json
import time
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from vonage_api import errors
from vonage_api.subaccounts import SubaccountList, parse


@pytest.fixture
def listing(body: Any) -> Any:
    """The list as a document that a test may bend, and the way back to bytes."""
    return json.loads(body("subaccounts"))


def reparse(document: Any) -> SubaccountList:
    return parse(json.dumps(document).encode())


def first(document: Any) -> Any:
    return document["_embedded"]["subaccounts"][0]


def test_list(server: Any, make_client: Any, body: Any, canary: Any) -> None:
    server.answers(body("subaccounts"))
    found = make_client(server).subaccounts.list()
    assert server.requests[0].target == f"/accounts/{canary.key}/subaccounts"
    assert (found.total_balance, found.total_credit_limit) == (Decimal("61.25"), Decimal(-90))
    assert (found.primary.api_key, found.primary.name) == ("0a1b2c3d", None)
    own, shared = found.subaccounts
    assert (own.name, own.balance, own.credit_limit) == ("Harbour office", Decimal("11.25"), -30)
    assert (shared.balance, shared.credit_limit, shared.suspended) == (None, None, True)


def test_read_gives_the_bytes_that_came(server: Any, make_client: Any, body: Any) -> None:
    server.answers(body("subaccounts"))
    assert make_client(server).subaccounts.read() == body("subaccounts")


def test_get_one(server: Any, make_client: Any, body: Any, canary: Any) -> None:
    server.answers(body("subaccount"))
    found = make_client(server).subaccounts.get("11aa/22bb?")
    assert server.requests[0].target == f"/accounts/{canary.key}/subaccounts/11aa%2F22bb%3F"
    assert (str(found.balance), str(found.credit_limit)) == ("0", "0.0000")
    assert found.created == datetime(2022, 2, 1, 9, 30, 0, 417000, tzinfo=UTC)


@pytest.mark.parametrize("key", ["", ".", ".."])
def test_a_key_cannot_climb_the_path(server: Any, make_client: Any, key: str) -> None:
    with pytest.raises(ValueError, match="address"):
        make_client(server).subaccounts.get(key)


def test_totals_are_added_up_where_vonage_leaves_them_out(listing: Any) -> None:
    del listing["total_balance"], listing["total_credit_limit"]
    found = reparse(listing)
    assert (found.total_balance, found.total_credit_limit) == (Decimal("61.25"), Decimal(-90))


def test_totals_of_vonage_are_kept(listing: Any) -> None:
    listing["total_balance"] = 7
    assert reparse(listing).total_balance == 7


def test_credit_limits_are_never_positive(listing: Any) -> None:
    first(listing)["credit_limit"] = 15
    listing["_embedded"]["primary_account"]["credit_limit"] = 20
    listing["total_credit_limit"] = 35
    found = reparse(listing)
    limits = [found.subaccounts[0].credit_limit, found.primary.credit_limit]
    assert [*limits, found.total_credit_limit] == [-15, -20, -35]


def test_shared_balance_has_no_amounts_even_if_some_are_shown(listing: Any) -> None:
    first(listing).update(use_primary_account_balance=True, balance=100.25, credit_limit=-1)
    del listing["total_balance"]
    found = reparse(listing)
    assert (found.subaccounts[0].balance, found.subaccounts[0].credit_limit) == (None, None)
    assert found.total_balance == 50


@pytest.mark.parametrize("name", ["balance", "credit_limit"])
def test_own_balance_needs_its_amounts(listing: Any, name: str) -> None:
    first(listing)[name] = None
    with pytest.raises(errors.Malformed, match="own balance"):
        reparse(listing)


@pytest.mark.parametrize(
    "name", ["api_key", "use_primary_account_balance", "suspended", "created_at"]
)
def test_missing_fields_are_malformed(listing: Any, name: str) -> None:
    del first(listing)[name]
    with pytest.raises(errors.Malformed, match=name):
        reparse(listing)


def test_empty_key_is_malformed(listing: Any) -> None:
    first(listing)["api_key"] = ""
    with pytest.raises(errors.Malformed):
        reparse(listing)


@pytest.mark.parametrize(
    "amount",
    [
        "NaN", "Infinity", "-Infinity", "1e400", "1e10", "-1e10", "0.000000001", '"NaN"', '"sNaN"',
        '"Infinity"', "1e999999999999999999999", "true", "[]", "9" * 100_000, "1e-400",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [b"11.2500", b"61.2500", b"50.0000", b"-30.0000"])
def test_what_is_no_money_is_malformed(body: Any, amount: str, place: bytes) -> None:
    with pytest.raises(errors.Malformed):
        parse(body("subaccounts").replace(place, amount.encode()))


@pytest.mark.parametrize(
    "amount", ["9999999999.99999999", "-9999999999", "0.00000001", "-0.0", "0"]
)
def test_the_ends_of_what_is_money(body: Any, amount: str) -> None:
    found = parse(body("subaccounts").replace(b"11.2500", amount.encode()))
    assert found.subaccounts[0].balance == Decimal(amount)


def test_sum_that_is_no_money_is_malformed(listing: Any) -> None:
    del listing["total_balance"]
    listing["_embedded"]["primary_account"]["balance"] = 9_999_999_999
    with pytest.raises(errors.Malformed, match="amount"):
        reparse(listing)


@pytest.mark.parametrize(
    "body_",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"<html>", b'{"_embedded": {}}',
     b"[" * 100_000, b'{"a":' * 100_000, b'{"_embedded":' + b"[" * 100_000],
)  # fmt: skip
def test_other_documents_are_malformed(body_: bytes) -> None:
    with pytest.raises(errors.Malformed):
        parse(body_)


@pytest.fixture
def many(body: Any) -> Any:
    """A list of so many subaccounts and one more."""
    document = body("subaccounts")
    item = document[document.index(b"[") + 1 : document.index(b"},\n      {") + 1]
    return lambda count: document.replace(item, b",".join([item] * count))


def test_hundred_thousand_are_read_quickly(many: Any) -> None:
    document = many(100_000)
    assert len(document) > 23_000_000
    started = time.process_time()
    found = parse(document)
    took = time.process_time() - started
    assert len(found.subaccounts) == 100_001
    assert took < 2  # about 0.45 s when nothing else runs, as json.loads alone


def test_many_take_little_room(many: Any) -> None:
    document = many(20_000)
    tracemalloc.start()
    parse(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000
