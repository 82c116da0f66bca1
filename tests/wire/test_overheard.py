"""The ears of this folder hear: without that, silence would prove nothing."""

import logging
from typing import Any

import pytest

from vonage_api import Secret, errors


def test_a_secret_that_is_logged_is_heard(
    heard: Any, remote: Any, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("anywhere").debug("signed in", extra={"with": remote.secret.reveal()})
    heard.note_records(caplog.records)
    [leak] = heard.leaks()
    assert leak.startswith("anywhere signed in")
    heard.texts.clear()
    caplog.clear()


@pytest.mark.parametrize("what", ["sentence", "variable"])
def test_a_secret_in_an_error_is_heard(heard: Any, remote: Any, what: str) -> None:
    secret = heard.keep(Secret("Fresh4Canary-of-the-tests"))
    client = remote.client()

    def careless(**_: Any) -> None:
        local = secret.reveal()
        raise errors.Malformed(local if what == "sentence" else str(len(local)))

    client.account._transport.get = lambda *_, **__: careless()
    with pytest.raises(errors.Malformed):
        client.account.get_balance()
    assert heard.leaks()
    heard.texts.clear()


def test_each_call_is_logged_and_heard(
    heard: Any, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    balance = client.account.get_balance()
    assert repr(balance) in heard.texts
    assert [r.path for r in caplog.records if r.name == "vonage_api"] == ["/account/get-balance"]
