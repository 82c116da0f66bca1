"""HTTPS on both ends. Whom the client trusts cannot be configured, so its list is replaced here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests.adapters

import vonage_api.writing
from simulator import tls
from vonage_api import NotSent, Ok, errors


@pytest.fixture
def secured(start: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Start a simulator that speaks HTTPS only; its certificate lies in the test's folder."""
    return lambda **more: start(tls=tls.context(tmp_path / "certificate.pem"), **more)


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the simulator's certificate be the one that this machine trusts."""
    path = str(tmp_path / "certificate.pem")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", path)
    monkeypatch.setattr(vonage_api.writing, "DEFAULT_CA_BUNDLE_PATH", path)


def test_everything_under_tls(secured: Any, trusted: None, pay: Any, tmp_path: Path) -> None:
    remote = secured()
    assert remote.url.startswith("https://")
    client = remote.client()
    made = pay(by=client).get()
    assert client.balance_transfers.list(start=remote.state.now()) == (made,)
    assert [transfer.id for transfer in remote.transfers] == [made.id]
    assert client.account.get_settings()
    report = client.reports.create(product="ASR", account_id=remote.cast.own).get()
    remote.state.switch(clock_offset=2)
    done = client.reports.get(report.id)
    assert done.download_url.startswith(remote.url)
    assert client.reports.download(done, to=tmp_path / "report.zip").names


def check_refused(remote: Any, pay: Any) -> None:
    """Neither a write nor a read says anything on a connection that cannot be trusted."""
    client = remote.client()
    outcome = pay(by=client)
    assert isinstance(outcome, NotSent)
    assert outcome.reason == "tls"
    with pytest.raises(errors.ConnectionFailed) as caught:
        client.account.get_balance()
    assert caught.value.reason == "tls"
    assert remote.requests == []


def test_a_strange_certificate_is_refused(secured: Any, pay: Any) -> None:
    check_refused(secured(), pay)


def test_the_certificate_of_another_host_is_refused(secured: Any, trusted: None, pay: Any) -> None:
    check_refused(secured(host="127.0.0.2"), pay)


def test_http_where_https_is_spoken(secured: Any, trusted: None, pay: Any) -> None:
    remote = secured()
    remote.url = remote.url.replace("https", "http")
    outcome = pay(by=remote.client())
    assert (outcome.reason, remote.requests) == ("broken_off", [])
    assert remote.transfers == []


def test_https_where_http_is_spoken(remote: Any, pay: Any) -> None:
    remote.url = remote.url.replace("http", "https")
    check_refused(remote, pay)


def test_a_handshake_that_fails_sends_nothing(secured: Any, trusted: None, pay: Any) -> None:
    remote = secured()
    remote.strike("tls-failure")
    outcome = pay(by=remote.client())
    assert isinstance(outcome, NotSent)
    assert (outcome.reason, remote.requests) == ("tls", [])
    remote.strike("tls-failure")
    with pytest.raises(errors.ConnectionFailed):
        remote.client().account.get_balance()
    assert remote.faults.struck == {"tls-failure": 2}
    assert isinstance(pay(by=remote.client()), Ok)
    assert len(remote.transfers) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("drop-after", "broken_off"), ("reset-after", "broken_off"), ("cut", "broken_off"),
     ("length-long", "broken_off"), ("500-after", "server_failed")],
)  # fmt: skip
def test_faults_under_tls(secured: Any, trusted: None, pay: Any, fault: str, reason: str) -> None:
    remote = secured()
    remote.strike(fault, "POST")
    outcome = pay(by=remote.client())
    assert outcome.reason == reason
    assert (len(remote.requests), len(remote.transfers)) == (1, 1)
