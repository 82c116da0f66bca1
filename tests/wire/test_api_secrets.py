from typing import Any

import pytest

from vonage_api import Ok, Rejected, Secret, errors

NEW = 'Fresh4"Canary +ü\\'


def ids(remote: Any, api_key: str) -> list[str]:
    """The ids of an account's secrets at the simulator, newest first."""
    return [secret.id for secret in reversed(remote.state.account(api_key).secrets)]


@pytest.mark.parametrize("whose", ["primary", "own", "suspended"])
def test_a_secret_is_exchanged(remote: Any, client: Any, cast: Any, whose: str) -> None:
    key = getattr(cast, whose)
    [old] = client.secrets.list(None if whose == "primary" else key)
    assert [old.id] == ids(remote, key)
    fresh = remote.heard.keep(Secret(NEW), api_key=key)
    made = client.secrets.create(fresh, key).get()
    assert [one.id for one in client.secrets.list(key)] == ids(remote, key) == [made.id, old.id]
    assert client.secrets.get(made.id, key) == made
    assert made.created == remote.state.now().replace(microsecond=0)
    assert isinstance(client.secrets.revoke(old.id, key), Ok)
    assert ids(remote, key) == [made.id]
    assert remote.state.authenticate(api_key=key, secret=NEW)
    if whose != "suspended":
        assert remote.client(key, fresh).account.get_balance()
        with pytest.raises(errors.Unauthorized):
            remote.client(key).account.get_balance()


def test_the_own_key_need_not_be_named(remote: Any, cast: Any) -> None:
    own = remote.client(cast.own)
    made = own.secrets.create(remote.heard.keep(Secret(NEW))).get()
    assert [one.id for one in own.secrets.list()] == ids(remote, cast.own)
    assert own.secrets.get(made.id) == made
    assert isinstance(own.secrets.revoke(made.id), Ok)
    assert len(ids(remote, cast.own)) == 1


@pytest.mark.parametrize("whose", ["primary", "own"])
def test_a_third_secret_is_refused(remote: Any, client: Any, cast: Any, whose: str) -> None:
    key = getattr(cast, whose)
    client.secrets.create(remote.heard.keep(Secret(NEW)), key).get()
    version = remote.state.version
    outcome = client.secrets.create(remote.heard.keep(Secret(NEW + "2")), key)
    assert isinstance(outcome, Rejected)
    assert (outcome.heard.status, outcome.error.fragment) == (403, "add-excess-secret")
    assert remote.state.version == version


@pytest.mark.parametrize("whose", ["primary", "own"])
def test_the_last_secret_stays(client: Any, cast: Any, unchanged: None, whose: str) -> None:
    key = getattr(cast, whose)
    [only] = client.secrets.list(key)
    outcome = client.secrets.revoke(only.id, key)
    assert isinstance(outcome, Rejected)
    assert (outcome.heard.status, outcome.error.fragment) == (403, "delete-last-secret")


@pytest.mark.parametrize("text", ["Sh0rt-c", "nocapital4canary", "NOSMALL4CANARY", "NoDigitCanary",
                                  "Longer4Canary-than-25-signs"])  # fmt: skip
def test_a_weak_secret_is_refused(
    remote: Any, client: Any, cast: Any, unchanged: None, text: str
) -> None:
    outcome = client.secrets.create(remote.heard.keep(Secret(text)), cast.own)
    assert isinstance(outcome, Rejected)
    assert [bad.name for bad in outcome.error.invalid_parameters] == ["secret"]


def test_what_is_not_there_is_not_found(client: Any, cast: Any, unchanged: None) -> None:
    for ask in (lambda: client.secrets.list("ffffffff"), lambda: client.secrets.get("no-such-id")):
        with pytest.raises(errors.NotFound):
            ask()
    for outcome in (
        client.secrets.revoke("no-such-id", cast.own),
        client.secrets.create(Secret(NEW), "ffffffff"),
    ):
        assert isinstance(outcome, Rejected)
        assert isinstance(outcome.error, errors.NotFound)


def test_a_subaccount_manages_nobody_else(remote: Any, cast: Any, unchanged: None) -> None:
    own = remote.client(cast.own)
    for key in (cast.primary, cast.other):
        with pytest.raises(errors.NotFound):
            own.secrets.list(key)
