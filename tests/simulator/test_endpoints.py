import json
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import requests

from simulator.faults import Faults
from simulator.money import Funds
from simulator.state import State

Get = Callable[..., requests.Response]
SUBACCOUNTS = "/accounts/aa000001/subaccounts"
OWN = (
    '{"api_key":"bb000001","primary_account_api_key":"aa000001",'
    '"use_primary_account_balance":false,"name":"Tom\'s \\"Käse\\" & Co",'
    '"balance":-1.7100,"credit_limit":-20.0000,"suspended":false,'
    '"created_at":"2022-03-28T14:16:56.000Z"}'
)
SHARED = (
    '{"api_key":"bb000002","primary_account_api_key":"aa000001",'
    '"use_primary_account_balance":true,"name":"Shared",'
    '"balance":null,"credit_limit":null,"suspended":false,'
    '"created_at":"2022-03-28T14:16:56.000Z"}'
)
STOPPED = (
    '{"api_key":"bb000003","primary_account_api_key":"aa000001",'
    '"use_primary_account_balance":false,"name":"Stopped",'
    '"balance":0.5000,"credit_limit":0.0000,"suspended":true,'
    '"created_at":"2022-03-28T14:16:56.000Z"}'
)
LIST = (
    '{"_links":{"self":{"href":"/accounts/aa000001/subaccounts"}},'
    '"total_balance":26.2472,"total_credit_limit":-120.0000,'
    '"_embedded":{"primary_account":{"api_key":"aa000001","name":"Reseller",'
    '"balance":27.4572,"credit_limit":-100.0000,"suspended":false,'
    '"created_at":"2022-03-28T14:16:56.626Z"},'
    f'"subaccounts":[{OWN},{SHARED},{STOPPED}]}}}}'
)


def assert_problem(response: requests.Response, status: int, fragment: str, **texts: str) -> None:
    problem = json.loads(response.text)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert list(problem) == ["type", "title", "detail", "instance"]
    assert problem["type"] == f"https://developer.nexmo.com/api-errors#{fragment}"
    assert uuid.UUID(problem["instance"])
    assert {name: problem[name] for name in texts} == texts


def test_the_list_to_the_letter(get: Get) -> None:
    response = get(SUBACCOUNTS)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.content.decode() == LIST


@pytest.mark.parametrize(
    ("key", "expected"), [("bb000001", OWN), ("bb000002", SHARED), ("bb000003", STOPPED)]
)
def test_one_subaccount_to_the_letter(get: Get, key: str, expected: str) -> None:
    assert get(f"{SUBACCOUNTS}/{key}").content.decode() == expected


def test_a_change_shows_in_the_next_answer(get: Get, family: State, own: Any) -> None:
    assert get(SUBACCOUNTS).content == get(SUBACCOUNTS).content
    family.rename(own.api_key, "Renamed")
    family.charge("bb000002", Decimal("0.0572"))
    family.create_subaccount(name="Newest")
    family.remove("bb000003")
    content = get(SUBACCOUNTS).json(parse_float=Decimal)
    names = [account["name"] for account in content["_embedded"]["subaccounts"]]
    assert names == ["Renamed", "Shared", "Newest"]
    assert content["_embedded"]["primary_account"]["balance"] == Decimal("27.4000")
    assert content["total_balance"] == Decimal("25.6900")


def test_a_family_without_subaccounts(get: Get, family: State) -> None:
    for account in family.snapshot().subaccounts:
        family.remove(account.api_key)
    content = get(SUBACCOUNTS).json(parse_float=Decimal)
    assert content["_embedded"]["subaccounts"] == []
    assert content["total_balance"] == Decimal("27.4572")


@pytest.mark.parametrize(
    "auth", [None, ("aa000001", "wrong"), ("nobody00", "PrimarySecr3t"), ("aa000001", "")]
)
def test_wrong_credentials(get: Get, auth: tuple[str, str] | None) -> None:
    response = get(SUBACCOUNTS, auth=auth)
    assert_problem(
        response,
        401,
        "unauthorized",
        title="Invalid credentials supplied",
        detail="You did not provide correct credentials",
    )


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic YWE=", "Basic /w==", "Bearer x"])
def test_malformed_credentials(get: Get, header: str) -> None:
    response = get(SUBACCOUNTS, auth=None, headers={"Authorization": header})
    assert_problem(response, 401, "unauthorized")


def test_the_api_host_takes_no_credentials_from_the_query(get: Get, primary: Any) -> None:
    query = {"api_key": primary.api_key, "api_secret": primary.secret}
    assert_problem(get(SUBACCOUNTS, auth=None, params=query), 401, "unauthorized")


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/ffffffff/subaccounts",
        "/accounts/bb000001/subaccounts",
        "/accounts/ffffffff/subaccounts/bb000001",
    ],
)
def test_a_key_that_is_not_the_callers(get: Get, path: str) -> None:
    key = path.split("/")[2]
    detail = f"API key '{key}' does not exist, or you do not have access"
    assert_problem(get(path), 404, "invalid-api-key", title="Invalid API Key", detail=detail)


@pytest.mark.parametrize("key", ["ffffffff", "aa000001"])
def test_what_is_not_a_subaccount(get: Get, key: str) -> None:
    detail = f"API key '{key}' does not exist, or you do not have access"
    assert_problem(get(f"{SUBACCOUNTS}/{key}"), 404, "invalid-api-key", detail=detail)


def test_an_unprovisioned_account(get: Get, family: State) -> None:
    family.provisioned = False
    detail = "Account aa000001 is not provisioned to access Subaccount Provisioning API"
    response = get(SUBACCOUNTS)
    assert_problem(response, 403, "unprovisioned", title="Authorisation error", detail=detail)
    assert get("/account/get-balance").status_code == 200


def test_the_order_of_checks(get: Get, family: State) -> None:
    family.provisioned = False
    family.suspend("aa000001")
    assert get("/accounts/ffffffff/subaccounts", auth=("x", "y")).status_code == 401
    assert get("/accounts/ffffffff/subaccounts").status_code == 404
    assert get(f"{SUBACCOUNTS}/ffffffff").status_code == 404
    assert_problem(get(SUBACCOUNTS), 403, "account-suspended")


def test_a_subaccount_cannot_use_the_subaccounts_api(get: Get, own: Any) -> None:
    response = get(f"/accounts/{own.api_key}/subaccounts", auth=own.basic)
    assert_problem(response, 403, "unprovisioned")
    assert_problem(get(SUBACCOUNTS, auth=own.basic), 404, "invalid-api-key")


def test_balances(get: Get, primary: Any, own: Any, shared: Any) -> None:
    def balance(key: Any) -> str:
        return get("/account/get-balance", auth=key.basic).text

    assert balance(primary) == '{"value":27.45720000,"autoReload":false}'
    assert balance(own) == '{"value":-1.71000000,"autoReload":false}'
    assert balance(shared) == balance(primary)


def test_a_balance_of_eight_decimals(get: Get, family: State, primary: Any) -> None:
    family.set_funds(primary.api_key, Funds(Decimal("29.18202293")))
    assert get("/account/get-balance").text == '{"value":29.18202293,"autoReload":false}'
    content = get(SUBACCOUNTS).text
    assert '"balance":29.1820,' in content


def test_the_rest_host_takes_query_and_form(get: Get, own: Any) -> None:
    pair = {"api_key": own.api_key, "api_secret": own.secret}
    expected = '{"value":-1.71000000,"autoReload":false}'
    assert get("/account/get-balance", auth=None, params=pair).text == expected
    assert get("/account/get-balance", auth=None, data=pair).text == expected


def test_basic_wins_over_the_query(get: Get, own: Any) -> None:
    pair = {"api_key": own.api_key, "api_secret": own.secret}
    assert '"value":27.45720000' in get("/account/get-balance", params=pair).text
    wrong = get("/account/get-balance", auth=("aa000001", "wrong"), params=pair)
    assert wrong.status_code == 401


@pytest.mark.parametrize("options", [{}, {"params": {"api_key": "aa000001"}}])
def test_the_rest_host_refuses_with_the_legacy_pair(get: Get, options: dict[str, Any]) -> None:
    response = get("/account/get-balance", auth=None, **options)
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/json"
    assert response.text == '{"error-code":"401","error-code-label":"authentication failed"}'


def test_a_suspended_account_is_refused(get: Get, suspended: Any) -> None:
    response = get("/account/get-balance", auth=suspended.basic)
    assert response.status_code == 403
    assert json.loads(response.text)["error-code"] == "403"


def test_health_needs_no_credentials(get: Get) -> None:
    response = get("/healthz", auth=None)
    assert (response.status_code, response.text) == (200, '{"ok":true}')


@pytest.mark.parametrize("path", ["/", "/accounts", "/accounts//subaccounts", "/x'%22ä", "//x"])
def test_unknown_paths(get: Get, path: str) -> None:
    assert_problem(get(path), 404, "not-found", title="Not Found")


@pytest.mark.parametrize("path", ["/healthz", SUBACCOUNTS, "/account/get-balance"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE"])
def test_wrong_verbs(running: Any, method: str, path: str) -> None:
    response = requests.request(method, running.url + path, timeout=10)
    detail = f"Request method '{method}' not supported"
    assert_problem(response, 405, "wrong-verb", detail=detail)
    assert "GET" in response.headers["Allow"]


def test_ids_are_new_each_time(get: Get) -> None:
    answers = [get("/accounts/ffffffff/subaccounts") for _ in range(3)] + [get(SUBACCOUNTS)]
    assert len({str(uuid.UUID(answer.headers["X-Request-Id"])) for answer in answers}) == 4
    assert len({answer.json()["instance"] for answer in answers[:3]}) == 3


def test_a_fault_of_our_own_is_an_internal_error(
    get: Get, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, primary: Any
) -> None:
    monkeypatch.setattr(State, "funds", lambda *_: 1 / 0)
    response = get("/account/get-balance", params={"api_secret": primary.secret})
    assert_problem(response, 500, "internal-error", title="Internal Error")
    assert "ZeroDivisionError" in caplog.text
    assert primary.secret not in caplog.text


def test_latency_delays_all_but_the_health_check(
    start: Callable[..., Any], family: State, primary: Any
) -> None:
    url = start(family, faults=Faults(latency_ms=150)).url
    slow = requests.get(url + "/account/get-balance", auth=primary.basic, timeout=10)
    assert slow.elapsed.total_seconds() >= 0.15
    assert requests.get(url + "/healthz", timeout=10).status_code == 200


def test_amounts_are_numbers_with_four_decimals(get: Get) -> None:
    found = re.findall(r'"(?:total_)?(?:balance|credit_limit)":([^,]+)', get(SUBACCOUNTS).text)
    assert len(found) == 10
    assert all(re.fullmatch(r"null|-?\d+\.\d{4}", amount) for amount in found)
