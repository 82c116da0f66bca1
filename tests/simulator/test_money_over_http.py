"""The worked example of balances and credit, and transfers in general, through the wire."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from simulator.money import Funds

K = "/accounts/aa000001"
S1, S2 = "bb000003", "bb000002"  # one with its own balance, one that shares at first
SINCE = {"start_date": "1970-01-01T00:00:00Z"}
Row = tuple[str, Callable[[Any], Any], str, str, str, str, str, str]


def transfer(kind: str, source: str, target: str, amount: str) -> Callable[[Any], Any]:
    def act(stage: Any) -> Any:
        body = f'{{"from":"{source}","to":"{target}","amount":{amount}}}'
        headers = {"Content-Type": "application/json"}
        return stage.call("POST", f"{K}/{kind}-transfers", data=body, headers=headers)

    return act


def own_balance(stage: Any) -> Any:
    path, flag = f"{K}/subaccounts/{S2}", {"use_primary_account_balance": False}
    return stage.call("PATCH", path, json=flag)


P = "aa000001"
# What happens; then balance / credit limit of P, S1, S2, and both totals.
EXAMPLE: tuple[Row, ...] = (
    ("0 the start", lambda _: None, "-20", "-100", "0 0", "shared", "-20", "-100"),
    ("1", transfer("balance", P, S1, "20"), "-40", "-100", "20 0", "shared", "-20", "-100"),
    ("2", own_balance, "-40", "-100", "20 0", "0 0", "-20", "-100"),
    ("3", transfer("credit", P, S2, "35"), "-40", "-65", "20 0", "0 -35", "-20", "-100"),
    ("4", lambda s: s.admin("/spend", api_key=S1, amount="5"),
     "-40", "-65", "15 0", "0 -35", "-25", "-100"),
    ("5", transfer("balance", S1, P, "15"), "-25", "-65", "0 0", "0 -35", "-25", "-100"),
    ("6", lambda s: s.admin("/spend", api_key=S2, amount="10"),
     "-25", "-65", "0 0", "-10 -35", "-35", "-100"),
    ("7", transfer("credit", S2, P, "25"), "-25", "-90", "0 0", "-10 -10", "-35", "-100"),
    ("8 refused", transfer("credit", S2, P, "0.01"),
     "-25", "-90", "0 0", "-10 -10", "-35", "-100"),
    ("9", lambda s: s.admin("/pay", api_key=P, amount="35"),
     "10", "-90", "0 0", "-10 -10", "0", "-100"),
)  # fmt: skip


def shown(account: dict[str, Any]) -> str:
    if account["balance"] is None:
        return "shared"
    return f"{account['balance'].normalize():f} {account['credit_limit'].normalize():f}"


def test_the_worked_example_row_by_row(stage: Any) -> None:
    stage.keep_only({S1, S2})
    stage.state.set_funds(P, Funds(Decimal(-20), Decimal(-100)))
    stage.state.set_funds(S1, Funds())
    stage.state.resume(S1)
    for name, act, balance, limit, first, second, total, total_limit in EXAMPLE:
        answer = act(stage)
        if name == "8 refused":
            assert answer.status_code == 403
            assert answer.json()["detail"] == "Insufficient Credit"
        family = stage.call("GET", f"{K}/subaccounts").json(parse_float=Decimal)
        subaccounts = {a["api_key"]: shown(a) for a in family["_embedded"]["subaccounts"]}
        assert shown(family["_embedded"]["primary_account"]) == f"{balance} {limit}", name
        assert (subaccounts[S1], subaccounts[S2]) == (first, second), name
        totals = (family["total_balance"], family["total_credit_limit"])
        assert totals == (Decimal(total), Decimal(total_limit)), name
    assert stage.admin("/invariants")["violations"] == []


def test_available_balance_draws_on_credit(stage: Any) -> None:
    """Balance -1.71 with a limit of -20 can give 18.29 away, and not a hundredth more."""
    assert transfer("balance", "bb000001", P, "18.2901")(stage).status_code == 403
    assert transfer("balance", "bb000001", P, "18.29")(stage).status_code == 200
    assert stage.state.funds("bb000001") == Funds(Decimal(-20), Decimal(-20))


@pytest.mark.parametrize(
    ("amount", "name"),
    [
        ('"0.5"', "amount"),
        ("0", "amount"),
        ("-1", "amount"),
        ("0.00001", "amount"),
        ("true", "amount"),
        ("null", "amount"),
        ("[1]", "amount"),
        ('1,"reference":7', "reference"),
        ('1,"to":null', "to"),
        ('1,"from":{}', "from"),
        (f'1,"to":"{P}"', "from"),
    ],
)
def test_what_is_refused_changes_nothing(stage: Any, amount: str, name: str) -> None:
    before = stage.state.snapshot()
    answer = transfer("balance", P, "bb000001", amount)(stage)
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["invalid_parameters"]] == [name]
    assert stage.state.snapshot() == before


@pytest.mark.parametrize("amount", ["1e400", "9" * 40, "1E+20"])
def test_more_than_there_is(stage: Any, amount: str) -> None:
    answer = transfer("balance", P, "bb000001", amount)(stage)
    assert (answer.status_code, answer.json()["title"]) == (403, "Transfer amount is invalid")


@pytest.mark.parametrize(
    "body", ['{"amount":NaN}', '{"amount":', "[]", "", '{"a":Infinity}', "\xff"]
)
def test_what_is_not_json(stage: Any, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = stage.call(
        "POST", f"{K}/balance-transfers", data=body.encode("latin-1"), headers=headers
    )
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#invalid-json")


def test_the_order_of_checks(stage: Any) -> None:
    """401, 404 of the path, 403 unprovisioned, 422, 404 of the accounts, 403 of business."""
    wrong = {"from": "ffffffff", "to": "bb000003", "amount": "x"}
    right = {**wrong, "amount": 1}
    path, other = f"{K}/balance-transfers", "/accounts/ffffffff/balance-transfers"
    stage.admin("/provision", provisioned=False)
    assert stage.call("POST", other, json=wrong, by="").status_code == 401
    assert stage.call("POST", other, json=wrong).status_code == 404
    assert stage.call("POST", path, json=wrong).json()["type"].endswith("#unprovisioned")
    stage.admin("/provision", provisioned=True)
    assert stage.call("POST", path, json=wrong).status_code == 422
    assert stage.call("POST", path, json=right).json()["type"].endswith("#invalid-api-key")
    family = {**right, "from": "bb000001"}
    assert stage.call("POST", path, json=family).json()["title"] == "Invalid Transfer"


def test_sharing_accounts_have_nothing_to_give_or_to_keep(stage: Any) -> None:
    for source, target in [(P, "bb000002"), ("bb000002", P)]:
        answer = transfer("balance", source, target, "1")(stage)
        assert (answer.status_code, answer.json()["title"]) == (403, "Invalid Transfer")


def test_a_suspended_subaccount_may_be_refused(stage: Any) -> None:
    assert transfer("balance", P, "bb000003", "1")(stage).ok
    stage.admin("/switches", suspended_work=False)
    answer = transfer("balance", P, "bb000003", "1")(stage)
    assert (answer.status_code, answer.json()["detail"]) == (403, "This account has been suspended")


def listed(stage: Any, kind: str = "balance", **query: Any) -> list[Any]:
    answer = stage.call("GET", f"{K}/{kind}-transfers", params={**SINCE, **query})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["_embedded"][f"{kind}_transfers"])


def test_lists_are_newest_first_and_filtered(stage: Any) -> None:
    made = [
        transfer("balance", P, key, "0.0100")(stage).json()
        for key in ("bb000001", "bb000003", "bb000001")
    ]
    transfer("credit", P, "bb000001", "3")(stage)
    ids = [one["id"] for one in made]
    assert [one["id"] for one in listed(stage)] == ids[::-1]
    assert [one["id"] for one in listed(stage, subaccount="bb000003")] == [ids[1]]
    both = listed(stage, subaccount=["bb000003", "bb000001"])
    assert [one["id"] for one in both] == ids[::-1]
    assert listed(stage, subaccount="bb000002") == []
    assert [one["amount"] for one in listed(stage, "credit")] == [3]
    assert listed(stage)[0]["amount"] == 0.01
    assert '"amount":0.01,' in stage.call("GET", f"{K}/balance-transfers", params=SINCE).text


def test_bounds_are_inclusive_and_of_whole_seconds(stage: Any) -> None:
    """The clock of the cast stands at 14:11:32.239."""
    transfer("balance", P, "bb000001", "1")(stage)
    at, before, after = (f"2024-08-28T14:11:{second}Z" for second in ("32", "31", "33"))
    assert len(listed(stage, start_date=at)) == 1
    assert len(listed(stage, start_date=at, end_date=at)) == 1
    assert listed(stage, end_date=before) == []
    assert listed(stage, start_date=after) == []


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start_date": ""},
        {"start_date": "2024-08-28"},
        {"start_date": "2024-08-28T14:11:32.000Z"},
        {"start_date": "2024-13-28T14:11:32Z"},
        {"start_date": "2024-08-28T14:11:32+00:00"},
        {**SINCE, "end_date": "2024-08-28T14:11:32.000Z"},
        {**SINCE, "end_date": "soon"},
    ],
)
def test_malformed_bounds(stage: Any, query: dict[str, str]) -> None:
    answer = stage.call("GET", f"{K}/credit-transfers", params=query)
    name = "end_date" if "end_date" in query else "start_date"
    assert answer.status_code == 422
    assert answer.json()["invalid_parameters"] == [{"reason": "Malformed", "name": name}]
