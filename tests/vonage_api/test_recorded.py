"""The client against the bodies that Vonage's own SDKs keep.

They are not part of the project. VONAGE_RECORDED names their folder, by default the one beside
the checkout.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vonage_api import errors, subaccounts
from vonage_api.account import AccountBalance
from vonage_api.refusals import refusal, refusal_within

CHECKOUT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("VONAGE_RECORDED", CHECKOUT.parent / "shared" / "vonage" / "recorded"))
INDEX = FOLDER / "index.json"
READERS = {
    "/account/get-balance": msgspec.json.Decoder(AccountBalance).decode,
    "/accounts/{api_key}/subaccounts": subaccounts.parse,
    "/accounts/{api_key}/subaccounts/{subaccount_key}": msgspec.json.Decoder(
        subaccounts.Subaccount
    ).decode,
}
# Where the content says more than the status.
SPECIAL = {
    "account/err_401_top_up_failed.json": errors.Refused,
    "account/spec_err_401_auto_reload_not_enabled.json": errors.Refused,
    "subaccounts/err_403_unprovisioned.json": errors.Unprovisioned,
}
BY_STATUS = {
    400: errors.Unprocessable,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    422: errors.Unprocessable,
    429: errors.RateLimited,
    500: errors.ServerFailed,
}


def read_index() -> list[Any]:
    if not INDEX.exists():
        reason = f"NOT COMPARED WITH RECORDED ANSWERS: {INDEX} is missing; set VONAGE_RECORDED"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="recorded")]
    cases = [case for case in json.loads(INDEX.read_text()) if is_ours(case)]
    return [pytest.param(case, id="{api}-{case}".format(**case)) for case in cases]


def is_ours(case: dict[str, Any]) -> bool:
    if not (case["file"] or "").endswith(".json") or not isinstance(case["status"], int):
        return False
    read = case["method"] in {"GET", "PATCH"} and case["path"] in READERS
    return case["status"] >= 400 or read


@pytest.mark.parametrize("case", read_index())
def test_recorded_body_is_understood(case: dict[str, Any]) -> None:
    body = (FOLDER / case["file"]).read_bytes()
    if case["status"] >= 400:
        check_refusal(case, body)
    else:
        READERS[case["path"]](body)
        assert refusal_within(body) is None


def check_refusal(case: dict[str, Any], body: Any) -> None:
    error = refusal(status=case["status"], retry_after=None, body=body)
    expected = SPECIAL.get(case["file"], BY_STATUS.get(case["status"], errors.Refused))
    assert type(error) is expected
    assert error.title or error.detail
    assert "{" not in error.title


@pytest.mark.skipif(not INDEX.exists(), reason=f"{INDEX} is missing; set VONAGE_RECORDED")
def test_recorded_list_adds_up() -> None:
    found = subaccounts.parse((FOLDER / "subaccounts" / "list_own_balance.json").read_bytes())
    own = [found.primary.balance, *(item.balance for item in found.subaccounts)]
    assert sum(own) == found.total_balance
