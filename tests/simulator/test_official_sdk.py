"""Vonage's own Python SDK, a client that nobody here wrote, against the simulator over TLS.

Written with vonage 4.9.1 (vonage-account 1.1.2, vonage-subaccounts 1.0.4, vonage-numbers 1.0.5).
"""

from collections.abc import Callable
from decimal import Decimal
from inspect import getmembers, isfunction
from pathlib import Path
from typing import Any

import pytest

from simulator import customer, number_pool, server, tls
from simulator.state import State

vonage = pytest.importorskip(
    "vonage", reason="THE OFFICIAL SDK IS MISSING: pip install vonage, or nobody tries the wire"
)
from vonage_account import Account, GetCountryPricingRequest, GetPrefixPricingRequest  # noqa: E402
from vonage_http_client import (  # noqa: E402
    AuthenticationError,
    ForbiddenError,
    HttpRequestError,
    NotFoundError,
    RateLimitedError,
    ServerError,
)
from vonage_numbers import (  # noqa: E402
    ListOwnedNumbersFilter,
    NumberParams,
    Numbers,
    SearchAvailableNumbersFilter,
    UpdateNumberParams,
)
from vonage_numbers.errors import NumbersError  # noqa: E402
from vonage_subaccounts import (  # noqa: E402
    ListTransfersFilter,
    ModifySubaccountOptions,
    SubaccountOptions,
    Subaccounts,
    TransferNumberRequest,
    TransferRequest,
)

from simulator.faults import Rule  # noqa: E402

KEY, SECRET = "test_api_key", "PrimarySecr3t"
MSISDN = "447007000000"
SINCE = {"start_date": "2023-08-07T10:50:44Z"}
Client = Any


@pytest.fixture
def state() -> State:
    state = customer.build(subaccounts=24, seed="1", api_key=KEY, api_secret=SECRET)
    state.switch(auto_reload_trx="1234567890", auto_reload_amount=Decimal(10))
    return state


@pytest.fixture
def running(start: Callable[..., Any], state: State, tmp_path: Path) -> tuple[Any, str]:
    certificate = tmp_path / "certificate.pem"
    return start(state, tls=tls.context(certificate)), str(certificate)


@pytest.fixture
def connect(
    running: tuple[server.Running, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Client]:
    """Make a client of the SDK that trusts our certificate."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", running[1])

    def make(api_key: str = KEY, secret: str = SECRET, **options: Any) -> Client:
        host = running[0].url.removeprefix("https://")
        options = {"api_host": host, "rest_host": host, "timeout": 10, **options}
        auth = vonage.Auth(api_key=api_key, api_secret=secret)
        return vonage.Vonage(auth, vonage.HttpClientOptions(**options))

    return make


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    return connect()


@pytest.fixture
def faults(running: tuple[server.Running, str]) -> Any:
    return running[0].faults


def euros(value: float) -> Decimal:
    """The SDK hands out floats; to eight decimals they are what was sent."""
    return round(Decimal(str(value)), 8)


def own_subaccount(client: Client) -> str:
    options = SubaccountOptions(
        name="test_subaccount", secret="1234asdfA", use_primary_account_balance=False
    )
    return str(client.subaccounts.create_subaccount(options).api_key)


# Account


def test_balance_and_top_up(client: Client, state: State) -> None:
    before = state.funds(KEY).balance
    assert euros(client.account.get_balance().value) == before
    response = client.account.top_up(trx="1234567890")
    assert (response.error_code, response.error_code_label) == ("200", "success")
    assert state.funds(KEY).balance == before + 10
    balance = client.account.get_balance()
    assert (euros(balance.value), balance.auto_reload) == (before + 10, True)


def test_default_webhooks(client: Client, state: State) -> None:
    urls = ("https://example.com/inbound_sms_webhook", "https://example.com/delivery_receipt")
    settings = client.account.update_default_sms_webhook(
        mo_callback_url=urls[0], dr_callback_url=urls[1]
    )
    assert (settings.mo_callback_url, settings.dr_callback_url) == urls
    assert settings.max_calls_per_second == 30
    stored = state.store.settings.rows[KEY]
    assert (stored.inbound_url, stored.receipt_url) == urls
    assert client.account.update_default_sms_webhook(mo_callback_url="").mo_callback_url == ""
    assert client.account.update_default_sms_webhook().dr_callback_url == urls[1]


def test_prices(client: Client) -> None:
    account = client.account
    us = account.get_country_pricing(GetCountryPricingRequest(type="sms", country_code="US"))
    assert (us.country_name, us.default_price) == ("United States", "0.00680000")
    everything = account.get_all_countries_pricing(service_type="sms")
    assert everything.count == len(everything.countries) > 20
    gb = account.get_prefix_pricing(GetPrefixPricingRequest(prefix="44", type="sms"))
    assert [country.country_code for country in gb.countries] == ["GB"]


def test_secrets(client: Client, state: State) -> None:
    (first,) = client.account.list_secrets()
    second = client.account.create_secret("Mytestsecret12345")
    assert [s.id for s in client.account.list_secrets()] == [second.id, first.id]
    assert client.account.get_secret(second.id) == second
    assert state.authenticate(api_key=KEY, secret="Mytestsecret12345")
    with pytest.raises(ForbiddenError, match="maximum number"):
        client.account.create_secret("Mytestsecret123456")
    client.account.revoke_secret(second.id)
    assert [secret.id for secret in state.account(KEY).secrets] == [first.id]
    with pytest.raises(ForbiddenError, match="delete the last secret"):
        client.account.revoke_secret(first.id)


# Subaccounts


def test_list_and_get(client: Client, state: State) -> None:
    listed, snapshot = client.subaccounts.list_subaccounts(), state.snapshot()
    assert listed.primary_account.name == snapshot.primary.name
    assert euros(listed.total_balance) == snapshot.totals().balance
    assert [s.api_key for s in listed.subaccounts] == [s.api_key for s in snapshot.subaccounts]
    for theirs, ours in zip(listed.subaccounts, snapshot.subaccounts, strict=True):
        assert (theirs.name, theirs.suspended) == (ours.name, ours.suspended)
        assert theirs.use_primary_account_balance is (ours.funds is None)
        if ours.funds is None:
            assert (theirs.balance, theirs.credit_limit) == (None, None)
        else:
            assert euros(theirs.balance) == ours.funds.balance
            assert euros(theirs.credit_limit) == ours.funds.credit_limit
    one = listed.subaccounts[3]
    assert client.subaccounts.get_subaccount(one.api_key) == one


def test_create_and_modify(client: Client, state: State, connect: Callable[..., Client]) -> None:
    key = own_subaccount(client)
    assert state.account(key).name == "test_subaccount"
    assert connect(key, "1234asdfA").account.get_balance().value == 0
    options = ModifySubaccountOptions(suspended=True, name="modified_test_subaccount")
    modified = client.subaccounts.modify_subaccount(key, options)
    assert (modified.suspended, modified.name) == (True, "modified_test_subaccount")
    assert state.account(key).suspended
    assert client.subaccounts.create_subaccount(SubaccountOptions(name="shared")).balance is None
    back = ModifySubaccountOptions(use_primary_account_balance=True)
    with pytest.raises(HttpRequestError, match="is not supported"):
        client.subaccounts.modify_subaccount(key, back)


@pytest.mark.parametrize("kind", ["balance", "credit"])
def test_transfers(client: Client, state: State, kind: str) -> None:
    key = own_subaccount(client)
    move = getattr(client.subaccounts, f"transfer_{kind}")
    listed = getattr(client.subaccounts, f"list_{kind}_transfers")
    request = TransferRequest(from_=KEY, to=key, amount=0.02, reference="A reference")
    made = move(request)
    assert (made.from_, made.to, made.amount, made.reference) == (KEY, key, 0.02, "A reference")
    assert listed(ListTransfersFilter(**SINCE, subaccount=key)) == [made]
    assert state.store.transfers.rows[made.id].amount == Decimal("0.02")
    funds = state.funds(key)
    moved = funds.balance if kind == "balance" else -funds.credit_limit
    assert moved == Decimal("0.02")
    with pytest.raises(ForbiddenError, match="Insufficient Credit"):
        move(TransferRequest(from_=key, to=KEY, amount=0.03))
    with pytest.raises(HttpRequestError, match="Malformed"):
        listed(ListTransfersFilter(start_date="2023-08-07T10:50:44.000Z"))
    assert state.ledger.violations() == []


def test_number_transfer(client: Client, state: State) -> None:
    key = own_subaccount(client)
    request = TransferNumberRequest(from_=KEY, to=key, number="447700900000", country="GB")
    moved = client.subaccounts.transfer_number(request)
    assert (moved.number, moved.country, moved.from_, moved.to) == ("447700900000", "GB", KEY, key)
    assert state.store.numbers.rows["447700900000"].owner == key
    with pytest.raises(HttpRequestError, match="already owned"):
        client.subaccounts.transfer_number(request)


# Numbers


def test_owned_numbers(client: Client, state: State) -> None:
    ours = sorted(n.msisdn for n in state.store.all(state.store.numbers) if n.owner == KEY)
    numbers, count, following = client.numbers.list_owned_numbers()
    assert ([n.msisdn for n in numbers], count, following) == (ours, len(ours), None)
    one = ListOwnedNumbersFilter(country="GB", size=1, index=1)
    (first,), _, following = client.numbers.list_owned_numbers(one)
    assert (first.country, following) == ("GB", 2)
    beyond = ListOwnedNumbersFilter(country="GB", size=3, index=9)
    assert client.numbers.list_owned_numbers(beyond) == ([], 0, None)


def test_search(client: Client) -> None:
    asked = SearchAvailableNumbersFilter(country="GB", size=10, pattern="44700", search_pattern=0)
    numbers, count, following = client.numbers.search_available_numbers(asked)
    assert (len(numbers), count, following) == (10, 10, None)
    offer = number_pool.by_msisdn()[numbers[0].msisdn]
    assert (numbers[0].cost, numbers[0].features) == (str(offer.cost), list(offer.features))
    nothing = SearchAvailableNumbersFilter(country="GB", pattern="4499", search_pattern=0)
    assert client.numbers.search_available_numbers(nothing) == ([], 0, None)


def test_buy_update_cancel(client: Client, state: State) -> None:
    number = NumberParams(country="GB", msisdn=MSISDN)
    before = state.funds(KEY).balance
    assert client.numbers.buy_number(number).error_code == "200"
    assert state.store.numbers.rows[MSISDN].owner == KEY
    assert state.funds(KEY).balance == before - Decimal("0.80")
    update = UpdateNumberParams(
        country="GB",
        msisdn=MSISDN,
        mo_http_url="https://example.com",
        mo_smpp_sytem_type="inbound",
        voice_callback_type="tel",
        voice_callback_value="447008000000",
        voice_status_callback="https://example.com",
    )
    assert client.numbers.update_number(update).error_code == "200"
    stored = state.store.numbers.rows[MSISDN]
    assert (stored.message_url, stored.voice_type) == ("https://example.com", "tel")
    assert client.numbers.cancel_number(number).error_code == "200"
    assert MSISDN not in state.store.numbers.rows
    with pytest.raises(HttpRequestError, match="method failed"):
        client.numbers.cancel_number(number)
    state.switch(number_failures_as_200=True)
    with pytest.raises(NumbersError, match="method failed"):
        client.numbers.cancel_number(number)


def test_buying_for_a_subaccount(client: Client, state: State) -> None:
    key = state.snapshot().subaccounts[0].api_key
    number = NumberParams(country="GB", msisdn=MSISDN, target_api_key=key)
    client.numbers.buy_number(number)
    assert state.store.numbers.rows[MSISDN].owner == key
    client.numbers.cancel_number(number)


# Refusals and accidents


def test_errors_are_those_the_sdk_knows(
    client: Client, connect: Callable[..., Client], faults: Any
) -> None:
    with pytest.raises(AuthenticationError):
        connect(KEY, "Wr0ngSecret").subaccounts.list_subaccounts()
    with pytest.raises(NotFoundError):
        client.subaccounts.get_subaccount("ffffffff")
    for fault, error in [("429-bare", RateLimitedError), ("500-before", ServerError)]:
        faults.add(Rule(fault))
        with pytest.raises(error):
            client.subaccounts.list_subaccounts()


def test_the_sdk_pays_twice_when_an_answer_is_lost(
    client: Client, state: State, faults: Any
) -> None:
    """Why the product does not use it: one call, one lost answer, two transfers, no error."""
    key = own_subaccount(client)
    faults.add(Rule("drop-after", "POST", "/balance-transfers"))
    request = TransferRequest(from_=KEY, to=key, amount=1, reference="Once")
    assert client.subaccounts.transfer_balance(request).reference == "Once"
    assert len(state.store.transfers.rows) == 2
    assert [violation.invariant for violation in state.ledger.violations()] == ["I1"]


def test_every_method_is_tried() -> None:
    source = Path(__file__).read_text()
    for part in (Account, Subaccounts, Numbers):
        names = [name for name, _ in getmembers(part, isfunction) if not name.startswith("_")]
        assert len(names) >= 5
        for name in names:
            kind = name.replace("balance", "{kind}").replace("credit", "{kind}")
            assert f".{name}(" in source or kind in source, name
