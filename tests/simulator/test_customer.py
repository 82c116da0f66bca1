import re
import unicodedata

import pytest

from simulator import customer, money
from simulator.state import Account, State

SECRET = "PrimarySecr3t"


def built(number: int = 24, seed: str = "1") -> State:
    return customer.build(subaccounts=number, seed=seed, api_key="abcd1234", api_secret=SECRET)


@pytest.fixture(scope="module")
def default() -> State:
    return built()


@pytest.mark.parametrize("number", [0, 1, 3, 24, 100])
def test_the_same_seed_gives_the_same_customer(number: int) -> None:
    assert built(number).snapshot() == built(number).snapshot()
    assert len(built(number).snapshot().subaccounts) == number


def test_another_seed_gives_another_customer(default: State) -> None:
    assert built(seed="2").snapshot() != default.snapshot()


def test_the_customer_is_fixed_for_ever(default: State) -> None:
    first = default.snapshot().subaccounts[0]
    assert (first.api_key, first.name) == ("12f37595", "Hotel Quellmoor")
    assert str(first.created_at) == "2019-06-27 23:42:14.281414+00:00"


def test_a_larger_customer_begins_with_the_smaller(default: State) -> None:
    larger = built(60).snapshot().subaccounts[:24]
    as_seen = [(a.api_key, a.name, a.funds) for a in default.snapshot().subaccounts]
    assert [(a.api_key, a.name, a.funds) for a in larger] == as_seen


def test_the_primary_account_is_postpaid_and_signs_in(default: State) -> None:
    primary = default.snapshot().primary
    assert primary.funds
    assert primary.funds.credit_limit == -5000
    assert -5000 < primary.funds.balance < 0
    assert default.authenticate(api_key="abcd1234", secret=SECRET) is primary


def test_a_subaccounts_secret_is_known_from_the_seed(default: State) -> None:
    account = default.snapshot().subaccounts[3]
    secret = customer.secret_of(seed="1", api_key=account.api_key)
    assert default.authenticate(api_key=account.api_key, secret=secret) is account
    assert re.fullmatch(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{8,25}", secret)


def own(account: Account) -> money.Funds:
    assert account.funds is not None
    return account.funds


def test_all_kinds_are_there(default: State) -> None:
    everyone = default.snapshot().subaccounts
    owners = [a for a in everyone if a.funds is not None]
    kinds = {
        "shared": [a for a in everyone if a.funds is None],
        "suspended": [a for a in owners if a.suspended],
        "suspended, shared": [a for a in everyone if a.suspended and a.funds is None],
        "prepaid": [a for a in owners if own(a).credit_limit == 0 and own(a).balance > 1],
        "postpaid": [a for a in owners if own(a).credit_limit < 0 and own(a).balance > 0],
        "near zero": [a for a in owners if 0 < own(a).balance < 1],
        "negative": [a for a in owners if own(a).balance < 0],
        "at the limit": [a for a in owners if 0 < money.spendable(own(a)) < 1],
        "fresh": [a for a in owners if own(a) == money.Funds()],
        "generous": [a for a in owners if own(a).balance > 6000],
    }
    assert [kind for kind, accounts in kinds.items() if not accounts] == []


def test_names_are_awkward(default: State) -> None:
    names = [account.name or "" for account in default.snapshot().subaccounts]
    assert len(set(names)) == 24
    assert max(map(len, names)) == 80
    for needed in ("ü", "'", "&"):
        assert any(needed in name for name in names), needed
    assert any(
        all("LATIN" not in unicodedata.name(letter, "") for letter in name) for name in names
    )


@pytest.mark.parametrize("number", [24, 2400])
def test_rules_hold(number: int) -> None:
    snapshot = built(number).snapshot()
    everyone = (snapshot.primary, *snapshot.subaccounts)
    keys = [account.api_key for account in everyone]
    assert len(set(keys)) == number + 1
    assert all(re.fullmatch("[0-9a-f]{8}", key) for key in keys)
    dates = [account.created_at for account in everyone]
    assert dates == sorted(dates)
    assert max(len(account.name or "") for account in everyone) <= 80
    owned = [account.funds for account in everyone if account.funds]
    assert all(funds.balance >= funds.credit_limit for funds in owned)
    assert all(round(funds.balance, 4) == funds.balance for funds in owned)
    assert snapshot.totals().balance == sum(funds.balance for funds in owned)
    assert len([a for a in everyone if a.funds is None]) == number // 24 * 7
