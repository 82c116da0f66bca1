from decimal import Decimal
from typing import Any

import pytest

from simulator.money import Funds
from simulator.records import Account
from vonage_api import Rejected, Secret, TurnedAway, errors
from vonage_api.subaccounts import parse

D = Decimal
SECRET = 'Fresh4"Canary +ü\\'
NAME = 'Käse & "Co" \\ 船'


def same(shown: Any, truth: Account) -> bool:
    """Tell whether an account that was read is the simulator's, money exactly."""
    funds = truth.funds
    return (
        (shown.api_key, shown.name, shown.suspended) == (truth.api_key, truth.name, truth.suspended)
        and (shown.balance, shown.credit_limit)
        == ((funds.balance, funds.credit_limit) if funds else (None, None))
        and shown.created.replace(microsecond=0) == truth.created_at.replace(microsecond=0)
    )


def test_the_list_is_the_truth(remote: Any, client: Any) -> None:
    remote.state.set_funds(remote.cast.own, Funds(D("-0.0001"), D("-0.0001")))
    truth = remote.state.snapshot()
    listed = client.subaccounts.list()
    assert same(listed.primary, truth.primary)
    shown = {account.api_key: account for account in listed.subaccounts}
    assert len(shown) == len(listed.subaccounts) == len(truth.subaccounts)
    assert all(same(shown[account.api_key], account) for account in truth.subaccounts)
    for account in listed.subaccounts:
        assert account.use_primary_account_balance is (remote.funds(account.api_key) is None)
    totals = truth.totals()
    assert (listed.total_balance, listed.total_credit_limit) == (
        totals.balance,
        totals.credit_limit,
    )


def test_the_same_bytes_for_the_same_state(remote: Any, client: Any, cast: Any) -> None:
    body = client.subaccounts.read()
    assert body == client.subaccounts.read()
    assert parse(body) == client.subaccounts.list()
    remote.state.charge(cast.own, D("0.0001"))
    assert body != client.subaccounts.read()


@pytest.mark.parametrize("whose", ["own", "shared", "postpaid", "suspended"])
def test_one_of_them(remote: Any, client: Any, cast: Any, whose: str) -> None:
    key = getattr(cast, whose)
    assert same(client.subaccounts.get(key), remote.state.account(key))


def test_others_are_not_found(client: Any, cast: Any) -> None:
    for key in ("ffffffff", cast.primary):
        with pytest.raises(errors.NotFound):
            client.subaccounts.get(key)


@pytest.mark.parametrize("shared", [True, False])
def test_a_new_one(*, remote: Any, client: Any, shared: bool) -> None:
    secret = remote.heard.keep(Secret(SECRET))
    made = client.subaccounts.create(
        name=NAME, secret=secret, use_primary_account_balance=shared
    ).get()
    truth = remote.state.account(made.api_key)
    assert same(made, truth)
    assert truth.funds == (None if shared else Funds())
    assert made.secret == secret
    [only] = client.secrets.list(made.api_key)
    assert only.id == truth.secrets[0].id
    own = remote.client(made.api_key, secret).account.get_balance()
    assert own.value == remote.state.funds(made.api_key).balance
    assert remote.state.snapshot().subaccounts[-1] == truth


def test_a_new_one_with_a_secret_of_vonage(remote: Any, client: Any) -> None:
    made = client.subaccounts.create(name="Quay").get()
    assert made.use_primary_account_balance is True
    assert remote.client(made.api_key, made.secret).account.get_balance()


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"name": "n" * 81}, "name"),
        ({"name": " "}, "name"),
        ({"name": "Quay", "secret": Secret("weak-canary")}, "secret"),
    ],
)
def test_a_bad_new_one_is_refused(
    client: Any, unchanged: None, given: dict[str, Any], parameter: str
) -> None:
    outcome = client.subaccounts.create(**given)
    assert isinstance(outcome, Rejected)
    assert [bad.name for bad in outcome.error.invalid_parameters] == [parameter]


@pytest.mark.parametrize(
    ("tier", "fragment"),
    [({"max_subaccounts": 24}, "provisioning"), ({"own_balances": False}, "validation")],
)
def test_the_tier_may_refuse(remote: Any, client: Any, tier: dict[str, Any], fragment: str) -> None:
    remote.state.switch(**tier)
    version = remote.state.version
    outcome = client.subaccounts.create(name="Quay", use_primary_account_balance=False)
    assert isinstance(outcome, Rejected)
    assert (outcome.heard.status, outcome.error.fragment) == (403, fragment)
    assert remote.state.version == version


def test_several_fields_are_one_change(remote: Any, client: Any, cast: Any) -> None:
    version = remote.state.version
    shown = client.subaccounts.modify(
        cast.shared, name=NAME, suspended=True, use_primary_account_balance=False
    ).get()
    truth = remote.state.account(cast.shared)
    assert same(shown, truth)
    assert (truth.name, truth.suspended, truth.funds) == (NAME, True, Funds())
    assert remote.state.version == version + 1


def test_suspension_comes_and_goes(remote: Any, client: Any, cast: Any) -> None:
    own = remote.client(cast.own)
    assert client.subaccounts.modify(cast.own, suspended=True).get().suspended
    with pytest.raises(errors.Forbidden):
        own.account.get_balance()
    with pytest.raises(errors.AccountSuspended):
        own.secrets.list()
    assert isinstance(own.account.change_settings(mo_callback_url=""), TurnedAway)
    assert not client.subaccounts.modify(cast.own, suspended=False).get().suspended
    assert own.account.get_balance().value == remote.funds(cast.own).balance


def test_own_balance_is_for_good(remote: Any, client: Any, cast: Any) -> None:
    client.subaccounts.modify(cast.shared, use_primary_account_balance=False).get()
    version = remote.state.version
    outcome = client.subaccounts.modify(cast.shared, name="Quay", use_primary_account_balance=True)
    assert isinstance(outcome, Rejected)
    assert outcome.heard.status == 422
    assert [bad.name for bad in outcome.error.invalid_parameters] == ["use_primary_account_balance"]
    assert remote.state.version == version


def test_who_may_not(remote: Any, client: Any, cast: Any) -> None:
    with pytest.raises(errors.Unprovisioned):
        remote.client(cast.own).subaccounts.list()
    remote.state.provisioned = False
    with pytest.raises(errors.Unprovisioned):
        client.subaccounts.list()
    outcome = client.subaccounts.create(name="Quay")
    assert isinstance(outcome, TurnedAway)
    assert len(remote.state.snapshot().subaccounts) == 24
