import base64
from decimal import Decimal
from typing import Any

import pytest

from vonage_api import errors
from vonage_api.account import AccountBalance
from vonage_api.version import VERSION


def test_balance_is_exact(server: Any, make_client: Any, body: Any) -> None:
    server.answers(body("balance"))
    balance = make_client(server).account.get_balance()
    assert balance == AccountBalance(value=Decimal("118.40255017"), auto_reload=True)


def test_request_carries_what_vonage_needs_and_no_more(
    server: Any, make_client: Any, body: Any, canary: Any
) -> None:
    server.answers(body("balance"))
    make_client(server).account.get_balance()
    [request] = server.requests
    assert (request.method, request.target) == ("GET", "/account/get-balance")
    assert base64.b64decode(canary.token).decode() == f"{canary.key}:{canary.secret}"
    assert request.headers == {
        "Host": server.url.removeprefix("http://"),
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "User-Agent": f"switchboard/{VERSION}",
        "Authorization": f"Basic {canary.token}",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"value": 1},
        {"autoReload": True},
        {"value": None, "autoReload": True},
        {"value": 1, "autoReload": "yes"},
    ],
)
def test_missing_or_wrong_fields_are_malformed(server: Any, make_client: Any, wrong: Any) -> None:
    server.answers(wrong)
    with pytest.raises(errors.Malformed):
        make_client(server).account.get_balance()


def test_error_pair_with_status_200_is_a_refusal(server: Any, make_client: Any, body: Any) -> None:
    server.answers(body("legacy_pair"))
    with pytest.raises(errors.Unauthorized, match="who are you"):
        make_client(server).account.get_balance()
