"""TLS with a certificate of our own making, and handshakes that fail."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator import server, tls
from simulator.faults import Rule
from simulator.state import State


@pytest.fixture
def secured(start: Callable[..., server.Running], family: State, tmp_path: Path) -> Any:
    certificate = tmp_path / "certificate.pem"
    return start(family, tls=tls.context(certificate)), str(certificate)


def test_who_trusts_the_certificate_is_served(secured: Any, primary: Any) -> None:
    running, certificate = secured
    assert running.url.startswith("https://127.0.0.1:")
    for url in (running.url, running.url.replace("127.0.0.1", "localhost")):
        path = url + "/account/get-balance"
        answer = requests.get(path, auth=primary.basic, verify=certificate, timeout=10)
        assert answer.json()["value"] == 27.4572


def test_others_are_warned(secured: Any) -> None:
    running, _ = secured
    with pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"):
        requests.get(running.url + "/healthz", timeout=10)
    with pytest.raises(requests.ConnectionError):
        requests.get(running.url.replace("https", "http") + "/healthz", timeout=10)


def test_a_handshake_that_fails(secured: Any) -> None:
    running, certificate = secured
    running.faults.add(Rule("tls-failure", nth=2))
    path = running.url + "/healthz"
    assert requests.get(path, verify=certificate, timeout=10).ok
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(path, verify=certificate, timeout=10)
    assert requests.get(path, verify=certificate, timeout=10).ok
    assert running.faults.struck == {"tls-failure": 1}


def test_links_say_https(secured: Any, primary: Any) -> None:
    running, certificate = secured
    asked = {"product": "ASR", "account_id": primary.api_key}
    path = running.url + "/v2/reports/records"
    answer = requests.get(path, params=asked, auth=primary.basic, verify=certificate, timeout=10)
    assert answer.json()["_links"]["self"]["href"].startswith(running.url)


def test_a_reset_under_tls(secured: Any, primary: Any) -> None:
    running, certificate = secured
    running.faults.add(Rule("reset-after", "POST"))
    path = running.url + "/account/settings"
    with pytest.raises(requests.ConnectionError):
        requests.post(path, auth=primary.basic, verify=certificate, timeout=10)


def test_the_key_is_not_in_the_file(secured: Any) -> None:
    text = Path(secured[1]).read_text()
    assert "PRIVATE" not in text
    assert ssl.PEM_cert_to_DER_cert(text)


def test_the_process_speaks_tls(launch: Callable[..., Any], tmp_path: Path) -> None:
    certificate = str(tmp_path / "certificate.pem")
    key = ("--api-key", "abcd1234", "--api-secret", "PrimarySecr3t")
    _, url = launch("--tls", "--tls-cert", certificate, *key)
    assert requests.get(url + "/healthz", verify=certificate, timeout=10).ok
