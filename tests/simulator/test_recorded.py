"""The simulator's answers beside recorded ones: same keys, order, types and forms of numbers."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.state import State

DEFAULT = Path(__file__).parents[2] / "../shared/vonage/recorded"
RECORDED = Path(os.environ.get("VONAGE_RECORDED", DEFAULT))

if not RECORDED.is_dir():
    if "VONAGE_RECORDED" in os.environ:
        raise FileNotFoundError(f"VONAGE_RECORDED names {RECORDED}, which is not a folder.")
    pytest.skip(
        "RECORDED ANSWERS ARE MISSING: set VONAGE_RECORDED to their folder, "
        "or the simulator is not compared with Vonage",
        allow_module_level=True,
    )

LIST = "/accounts/aa000001/subaccounts"


class Form(str):
    """The form of a value: what remains when the value itself is taken away."""

    __slots__ = ()


def form(value: Any) -> Any:
    """Return the structure: keys in order, and for each value its kind."""
    if isinstance(value, dict):
        return [
            (key, dated(item) if key == "created_at" else form(item)) for key, item in value.items()
        ]
    if isinstance(value, list):
        forms = [form(item) for item in value]
        return ["list", *(one for i, one in enumerate(forms) if one not in forms[:i])]
    return value if isinstance(value, Form) else Form(type(value).__name__)


def dated(value: str) -> Form:
    return Form(re.sub(r"\d", "9", value))


def read(text: str) -> Any:
    return json.loads(
        text,
        parse_float=lambda _: Form("number with decimals"),
        parse_int=lambda _: Form("whole number"),
    )


def recorded(name: str) -> Any:
    return form(read((RECORDED / name).read_text()))


def answered(response: requests.Response) -> Any:
    return form(read(response.text))


def without_null_name(structure: Any) -> Any:
    return json.loads(json.dumps(structure).replace('["name", "NoneType"]', '["name", "str"]'))


def test_the_comparison_sees_differences() -> None:
    one = form(read('{"a": 1.0, "b": [null], "created_at": "2024-01-01T00:00:00.000Z"}'))
    others = [
        '{"b": [null], "a": 1.0, "created_at": "2024-01-01T00:00:00.000Z"}',
        '{"a": 1, "b": [null], "created_at": "2024-01-01T00:00:00.000Z"}',
        '{"a": 1.0, "b": [0.5], "created_at": "2024-01-01T00:00:00.000Z"}',
        '{"a": 1.0, "b": [null], "created_at": "2024-01-01T00:00:00Z"}',
        '{"a": "1.0", "b": [null], "created_at": "2024-01-01T00:00:00.000Z"}',
    ]
    assert all(form(read(other)) != one for other in others)
    assert (
        form(read('{"a": 7.5, "b": [null, null], "created_at": "1999-12-31T23:59:59.999Z"}')) == one
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("subaccounts/list_own_balance.json", {"bb000001", "bb000003"}),
        ("subaccounts/list_shared_balance.json", {"bb000002"}),
    ],
)
def test_lists(
    get: Callable[..., requests.Response], family: State, name: str, kept: set[str]
) -> None:
    for account in family.snapshot().subaccounts:
        if account.api_key not in kept:
            family.remove(account.api_key)
    assert without_null_name(answered(get(LIST))) == without_null_name(recorded(name))


def test_one_subaccount(get: Callable[..., requests.Response]) -> None:
    expected = recorded("subaccounts/get_own_balance.json")
    assert answered(get(f"{LIST}/bb000001")) == expected


@pytest.mark.parametrize(
    ("path", "auth", "name", "status"),
    [
        ("/account/get-balance", ("aa000001", "PrimarySecr3t"), "account/balance.json", 200),
        ("/account/get-balance", None, "account/err_401_authentication_failed.json", 401),
        (LIST, None, "subaccounts/err_401_unauthorized.json", 401),
        ("/nowhere", None, "generic/spec_err_404.json", 404),
    ],
)
def test_other_answers(
    get: Callable[..., requests.Response], path: str, auth: Any, name: str, status: int
) -> None:
    response = get(path, auth=auth)
    assert response.status_code == status
    assert answered(response) == recorded(name)


@pytest.mark.parametrize(
    ("path", "secret", "name"),
    [
        (LIST, "wrong", "err_401_unauthorized.json"),
        (LIST + "/bb000001", "PrimarySecr3t", "err_403_unprovisioned.json"),
        (LIST + "/1234asdf", "PrimarySecr3t", "err_404_invalid_api_key.json"),
    ],
)
def test_the_words_of_problems(
    get: Callable[..., requests.Response], family: State, path: str, secret: str, name: str
) -> None:
    family.provisioned = False
    response = get(path, auth=("aa000001", secret))
    expected = json.loads((RECORDED / "subaccounts" / name).read_text())
    expected["detail"] = expected["detail"].replace("1234adsf", "aa000001")
    found = response.json()
    assert response.status_code == int(name.split("_")[1])
    assert list(found) == list(expected)
    assert found | {"instance": ""} == expected | {"instance": ""}


def test_a_wrong_verb(running: Any) -> None:
    response = requests.put(running.url + "/healthz", timeout=10)
    assert answered(response) == recorded("generic/spec_err_405_wrong_verb.json")
