"""Creating and changing subaccounts through the wire."""

from typing import Any

import pytest

FAMILY = "/accounts/aa000001/subaccounts"


def create(stage: Any, **fields: Any) -> Any:
    return stage.call("POST", FAMILY, json=fields)


def test_a_new_subaccount_has_its_secret_once(stage: Any) -> None:
    made = create(stage, name="New", secret="Fresh3cret").json()
    assert (made["secret"], made["created_at"]) == ("Fresh3cret", "2024-08-28T14:11:32.239Z")
    key = made["api_key"]
    later = stage.call("GET", f"{FAMILY}/{key}").json()
    assert "secret" not in later
    assert later["created_at"] == "2024-08-28T14:11:32.000Z"
    assert stage.state.authenticate(api_key=key, secret="Fresh3cret")
    assert "Fresh3cret" not in str(stage.admin("/ledger"))


def test_without_a_secret_one_is_made(stage: Any) -> None:
    made = create(stage, name="New").json()
    assert stage.state.authenticate(api_key=made["api_key"], secret=made["secret"])
    assert made["use_primary_account_balance"] is True


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "  "}, ["name"]),
        ({"name": "x" * 81}, ["name"]),
        ({"name": 7}, ["name"]),
        ({"name": "x", "secret": "short1A"}, ["secret"]),
        ({"name": "x", "secret": "alllowercase1"}, ["secret"]),
        ({"name": "x", "secret": "Longer0ThanTwentyFiveLetters"}, ["secret"]),
        ({"name": "x", "use_primary_account_balance": "false"}, ["use_primary_account_balance"]),
        ({"name": None, "secret": 1}, ["name", "secret"]),
    ],
)
def test_what_cannot_be_created(stage: Any, fields: dict[str, Any], names: list[str]) -> None:
    answer = create(stage, **fields)
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["invalid_parameters"]] == names
    assert len(stage.state.snapshot().subaccounts) == 3


def test_a_name_may_have_80_characters_of_any_script(stage: Any) -> None:
    name = "さ" * 80
    key = create(stage, name=name).json()["api_key"]
    assert stage.call("GET", f"{FAMILY}/{key}").json()["name"] == name


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": None},
        {"suspended": "true"},
        {"suspended": 1},
        {"use_primary_account_balance": 0},
        {"name": "Changed", "use_primary_account_balance": True},
        {"name": "Changed", "suspended": None},
    ],
)
def test_a_refused_change_changes_nothing(stage: Any, fields: dict[str, Any]) -> None:
    before = stage.state.snapshot()
    answer = stage.call("PATCH", f"{FAMILY}/bb000001", json=fields)
    assert answer.status_code == 422
    assert stage.state.snapshot() == before


def test_several_fields_are_one_mutation(stage: Any) -> None:
    before = stage.state.version
    fields = {"name": "Both", "suspended": True, "use_primary_account_balance": False}
    answer = stage.call("PATCH", f"{FAMILY}/bb000002", json=fields).json()
    assert (answer["name"], answer["suspended"], answer["balance"]) == ("Both", True, 0)
    assert stage.state.version == before + 1
    (entry,) = stage.admin(f"/ledger?after={before}")["entries"]
    assert (entry["act"], entry["by"]) == ("modify subaccount", "aa000001")
    (change,) = entry["changes"]
    assert (change["before"]["name"], change["after"]["name"]) == ("Shared", "Both")


def test_what_is_so_already_stays_so(stage: Any) -> None:
    before = stage.state.snapshot()
    for fields in ({}, {"use_primary_account_balance": True}):
        assert stage.call("PATCH", f"{FAMILY}/bb000002", json=fields).ok
    fields = {"use_primary_account_balance": False}
    assert stage.call("PATCH", f"{FAMILY}/bb000001", json=fields).ok
    assert stage.state.snapshot() == before


def test_the_tier_is_kept(stage: Any) -> None:
    stage.admin("/tier", max_subaccounts=4, own_balances=False)
    refused = create(stage, name="Own", use_primary_account_balance=False)
    assert (refused.status_code, refused.json()["title"]) == (
        403,
        "Invalid use_primary_account_balance",
    )
    assert create(stage, name="Fourth").ok
    assert create(stage, name="Fifth").json()["type"].endswith("#provisioning")


def test_the_trace_is_new_each_time(stage: Any) -> None:
    answers = [create(stage) for _ in range(3)]
    assert len({answer.json()["instance"] for answer in answers}) == 3
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 3
