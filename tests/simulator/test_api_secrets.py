"""The rules of secrets, through the wire."""

from typing import Any

import pytest

OF_OWN = "/accounts/bb000001/secrets"
OF_PRIMARY = "/accounts/aa000001/secrets"


def ids(stage: Any, path: str = OF_OWN, by: str = "primary") -> list[str]:
    listed = stage.call("GET", path, by=by).json()["_embedded"]["secrets"]
    return [secret["id"] for secret in listed]


def test_rotation(stage: Any) -> None:
    """A second one is added, both open the account, the first is revoked and opens no more."""
    (first,) = ids(stage)
    made = stage.call("POST", OF_OWN, json={"secret": "S3condSecret"})
    assert made.status_code == 201
    assert ids(stage) == [made.json()["id"], first]
    assert "S3condSecret" not in made.text
    state = stage.state
    for text in ("OwnBalanceSecr3t", "S3condSecret"):
        assert state.authenticate(api_key="bb000001", secret=text)
    assert stage.call("DELETE", f"{OF_OWN}/{first}").status_code == 204
    assert state.authenticate(api_key="bb000001", secret="OwnBalanceSecr3t") is None
    assert state.authenticate(api_key="bb000001", secret="S3condSecret")
    assert stage.call("DELETE", f"{OF_OWN}/{made.json()['id']}").status_code == 403
    assert ids(stage) == [made.json()["id"]]


def test_an_account_manages_its_own(stage: Any) -> None:
    made = stage.call("POST", OF_OWN, by="own", json={"secret": "S3condSecret"})
    assert made.status_code == 201
    assert len(ids(stage, by="own")) == 2
    shown = stage.call("GET", f"{OF_OWN}/{made.json()['id']}", by="own").json()
    assert shown == made.json()


def test_a_secret_that_is_in_use_may_be_revoked(stage: Any) -> None:
    (first,) = ids(stage, OF_PRIMARY)
    stage.call("POST", OF_PRIMARY, json={"secret": "S3condSecret"})
    assert stage.call("DELETE", f"{OF_PRIMARY}/{first}").status_code == 204
    assert stage.call("GET", OF_PRIMARY).status_code == 401


@pytest.mark.parametrize(
    ("by", "path"),
    [
        ("own", OF_PRIMARY),
        ("own", "/accounts/bb000002/secrets"),
        ("primary", "/accounts/ffffffff/secrets"),
    ],
)
def test_other_peoples_secrets_do_not_exist(stage: Any, by: str, path: str) -> None:
    for method, target in [("GET", path), ("POST", path), ("DELETE", path + "/1")]:
        answer = stage.call(method, target, by=by, json={"secret": "S3condSecret"})
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("#invalid-api-key")


@pytest.mark.parametrize(
    "secret",
    [
        "Sh0rt77",
        "nouppercase1",
        "NOLOWERCASE1",
        "NoDigitsHere",
        "T00Long" + "x" * 19,
        12345678,
        None,
    ],
)
def test_weak_secrets(stage: Any, secret: Any) -> None:
    answer = stage.call("POST", OF_OWN, json={"secret": secret})
    assert answer.status_code == 400
    assert len(ids(stage)) == 1


@pytest.mark.parametrize("secret", ["example-4PI-secret", "Eight8ch", "T00Long" + "x" * 18])
def test_fair_secrets(stage: Any, secret: str) -> None:
    assert stage.call("POST", OF_OWN, json={"secret": secret}).status_code == 201


def test_never_three(stage: Any) -> None:
    stage.call("POST", OF_OWN, json={"secret": "S3condSecret"})
    answer = stage.call("POST", OF_OWN, json={"secret": "Th1rdSecret"})
    assert answer.json()["detail"] == "Account reached maximum number [2] of allowed secrets"
    assert len(ids(stage)) == 2


def test_a_suspended_account_is_managed_from_above(stage: Any) -> None:
    path = "/accounts/bb000003/secrets"
    assert stage.call("GET", path, by="suspended").status_code == 403
    assert stage.call("GET", path).ok
    stage.admin("/switches", suspended_work=False)
    assert stage.call("GET", path).status_code == 403


def test_changes_are_audited_without_a_user(stage: Any) -> None:
    made = stage.call("POST", OF_OWN, json={"secret": "S3condSecret"}).json()["id"]
    stage.call("DELETE", f"{OF_OWN}/{made}")
    events = stage.call("GET", "/beta/audit/events", by="own").json()["_embedded"]["events"]
    kinds = [event["event_type"] for event in events]
    assert kinds == ["ACCOUNT_SECRET_DELETE", "ACCOUNT_SECRET_CREATE"]
    assert all("user_email" not in event for event in events)
