"""Balance, settings and top-up, through the wire."""

from decimal import Decimal
from typing import Any

import pytest

SETTINGS = "/account/settings"


def settings(stage: Any, by: str = "primary", **form: str) -> Any:
    return stage.call("POST", SETTINGS, data=form, by=by)


def test_an_empty_post_reads_the_settings(stage: Any) -> None:
    assert settings(stage).json()["mo-callback-url"] == ""
    settings(stage, moCallBackUrl="https://a.example/mo", drCallBackUrl="https://a.example/dr")
    shown = settings(stage).json()
    assert shown["mo-callback-url"] == "https://a.example/mo"
    assert shown["dr-callback-url"] == "https://a.example/dr"
    assert settings(stage, moCallBackUrl="").json()["mo-callback-url"] == ""
    assert settings(stage).json()["dr-callback-url"] == "https://a.example/dr"
    assert settings(stage, by="own").json()["dr-callback-url"] == ""


def test_both_spellings_are_known(stage: Any) -> None:
    assert settings(stage, moCallbackUrl="https://a.example").json()["mo-callback-url"] != ""


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"moCallBackUrl": "https://hooks.invalid/mo"}, "moCallBackUrl"),
        ({"drCallBackUrl": "https://dead.example/dr"}, "drCallBackUrl"),
        ({"moCallBackUrl": "nonsense"}, "moCallBackUrl"),
        ({"moCallBackUrl": "http://["}, "moCallBackUrl"),
        ({"httpForwardMethod": "PIGEON"}, "httpForwardMethod"),
    ],
)
def test_what_is_not_stored(stage: Any, form: dict[str, str], name: str) -> None:
    stage.admin("/switches", dead_webhooks=["dead.example"])
    good = {"moCallBackUrl": "https://a.example"}
    answer = settings(stage, **{**good, **form})
    assert answer.status_code == 400
    assert answer.json()["invalid_parameters"] == {name: "Is invalid."}
    assert settings(stage).json()["mo-callback-url"] == ""


def test_a_webhook_that_died_later_may_stay(stage: Any) -> None:
    settings(stage, moCallBackUrl="https://a.example")
    stage.admin("/switches", dead_webhooks=["a.example"])
    assert settings(stage, drCallBackUrl="https://b.example").ok


def test_settings_are_audited(stage: Any) -> None:
    settings(stage)
    settings(stage, moCallBackUrl="https://a.example")
    events = stage.state.store.all(stage.state.store.events)
    assert [event.type for event in events] == ["ACCOUNT_UPDATE_SETTINGS_API"]


def test_a_top_up_repeats_the_payment(stage: Any) -> None:
    balance = stage.call("GET", "/account/get-balance").json(parse_float=Decimal)
    assert balance["autoReload"] is False
    stage.admin("/switches", auto_reload_trx="00X1", auto_reload_amount="12.50")
    assert stage.call("POST", "/account/top-up", data={"trx": "00X1"}).ok
    after = stage.call("GET", "/account/get-balance").json(parse_float=Decimal)
    assert after == {"value": balance["value"] + Decimal("12.50"), "autoReload": True}
    assert stage.admin("/invariants")["totals"]["paid"] == "12.50"


def test_the_rest_host_may_refuse_as_described_in_2026(stage: Any) -> None:
    stage.admin("/switches", problem_401=True)
    answer = stage.call("GET", "/account/get-balance", by="")
    assert (answer.status_code, answer.json()["title"]) == (401, "Invalid credentials supplied")


def test_forms_are_read_whatever_they_claim_to_be(stage: Any) -> None:
    """The official Python SDK calls a form JSON after it has sent JSON once."""
    answer = stage.call(
        "POST",
        SETTINGS,
        data="moCallBackUrl=https%3A%2F%2Fa.example",
        headers={"Content-Type": "application/json"},
    )
    assert answer.json()["mo-callback-url"] == "https://a.example"
