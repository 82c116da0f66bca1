from decimal import Decimal
from typing import Any

import pytest

from simulator.money import Funds
from vonage_api import Ok, Rejected, Secret, TurnedAway, errors

D = Decimal
LIVE, DEAD = "https://hooks.example/in?a=1&b=ü", "https://hooks.invalid/in"


@pytest.mark.parametrize("balance", ["29.18202293", "-0.00000001", "0", "123456789.1"])
def test_balance_to_the_last_decimal(remote: Any, client: Any, cast: Any, balance: str) -> None:
    remote.state.set_funds(cast.primary, Funds(D(balance), D(-100)))
    read = client.account.get_balance()
    assert (read.value, read.auto_reload) == (D(balance), False)


def test_balance_of_subaccounts_by_their_own_secrets(remote: Any, cast: Any) -> None:
    for api_key, payer in [(cast.own, cast.own), (cast.shared, cast.primary)]:
        balance = remote.client(api_key).account.get_balance().value
        assert balance == remote.funds(payer).balance


def test_wrong_secrets_open_nothing(remote: Any, unchanged: None) -> None:
    stranger = remote.client(secret=Secret("Wrong4Canary-of-the-tests"))
    with pytest.raises(errors.Unauthorized):
        stranger.account.get_balance()
    with pytest.raises(errors.Unauthorized):
        stranger.account.get_settings()
    assert isinstance(stranger.account.change_settings(mo_callback_url=LIVE), TurnedAway)
    assert isinstance(stranger.account.top_up(trx="trx-1"), TurnedAway)


def test_settings_are_changed_one_by_one(remote: Any, client: Any, cast: Any) -> None:
    fresh = client.account.get_settings()
    assert (fresh.mo_callback_url, fresh.dr_callback_url) == ("", "")
    assert (fresh.max_outbound_request, fresh.max_calls_per_second) == (30, 30)
    changed = client.account.change_settings(mo_callback_url=LIVE, http_forward_method="POST_JSON")
    assert changed.get().mo_callback_url == LIVE
    assert client.account.change_settings(dr_callback_url="https://hooks.example/dr").get()
    assert client.account.change_settings(mo_callback_url="").get().mo_callback_url == ""
    stored = remote.state.store.settings.rows[cast.primary]
    assert (stored.inbound_url, stored.receipt_url) == ("", "https://hooks.example/dr")
    assert stored.forward_method == "POST_JSON"
    assert client.account.get_settings().dr_callback_url == "https://hooks.example/dr"


@pytest.mark.parametrize("field", ["mo_callback_url", "dr_callback_url"])
def test_a_webhook_that_does_not_answer_is_not_stored(
    client: Any, unchanged: None, field: str
) -> None:
    outcome = client.account.change_settings(**{field: DEAD})
    assert isinstance(outcome, Rejected)
    [(name, _)] = outcome.error.invalid_parameters
    assert name == {"mo_callback_url": "moCallBackUrl", "dr_callback_url": "drCallBackUrl"}[field]


def test_top_up_needs_auto_reload(client: Any, unchanged: None) -> None:
    outcome = client.account.top_up(trx="trx-1")
    assert isinstance(outcome, Rejected)
    assert (outcome.heard.status, outcome.error.title) == (401, "not auto-reload enabled")


def test_top_up_adds_the_payment_once(remote: Any, client: Any, cast: Any) -> None:
    remote.state.switch(auto_reload_trx="trx-1", auto_reload_amount=D("10.00000001"))
    before = remote.funds(cast.primary).balance
    refused = client.account.top_up(trx="trx-2")
    assert isinstance(refused, Rejected)
    assert refused.error.title == "topup failed"
    assert isinstance(client.account.top_up(trx="trx-1"), Ok)
    assert remote.funds(cast.primary).balance == before + D("10.00000001")
    assert remote.state.ledger.totals()["paid"] == D("10.00000001")
    read = client.account.get_balance()
    assert (read.value, read.auto_reload) == (before + D("10.00000001"), True)
