import copy
import pickle
import tomllib
from pathlib import Path
from typing import Any

import pytest

from vonage_api import Credentials, Hosts, Retries, Timeouts, VonageClient
from vonage_api.transport import LARGEST_BODY
from vonage_api.version import VERSION


def test_defaults_are_vonage_and_patient() -> None:
    assert (Hosts().api, Hosts().rest) == ("https://api.nexmo.com", "https://rest.nexmo.com")
    assert Timeouts() == Timeouts(connect=5, read=30, total=45)
    assert (Retries().attempts, LARGEST_BODY) == (3, 33_554_432)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "https://[::1]:8443", "https://a.example"]
)
def test_hosts_accepted(url: str) -> None:
    assert Hosts(api=url).api == url


@pytest.mark.parametrize(
    "url",
    [
        "", "api.nexmo.com", "ftp://a.example", "https://", "https://u:p@a.example", "https://a/",
        "https://a/path", "https://a?q", "https://a#f", "https://a\n", "https://a:0",
        "https://a:port", "file:///etc/passwd",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["api", "rest"])
def test_hosts_refused(name: str, url: str) -> None:
    with pytest.raises(ValueError, match=r"Host|[Pp]ort"):
        Hosts(**{name: url})


@pytest.mark.parametrize("key", ["", "a:b"])
def test_keys_refused(key: str) -> None:
    with pytest.raises(ValueError, match="API key"):
        Credentials(api_key=key, api_secret="secret")


def test_empty_secret_refused() -> None:
    with pytest.raises(ValueError, match="API secret"):
        Credentials(api_key="abcd", api_secret="")


@pytest.mark.parametrize("name", ["connect", "read", "total"])
def test_waiting_for_no_time_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Timeouts"):
        Timeouts(**{name: 0})


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"first_wait": -1}, {"longest_wait": -1}])
def test_senseless_retries_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="attempt"):
        Retries(**wrong)


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_credentials_stay_where_they_are(leave: Any, canary: Any) -> None:
    credentials = Credentials(api_key=canary.key, api_secret=canary.secret)
    with pytest.raises(TypeError, match="secret"):
        leave(credentials)
    with VonageClient(credentials=credentials) as client, pytest.raises(TypeError):
        leave(client._transport._session.auth or credentials)


def test_credentials_show_the_key_alone(canary: Any) -> None:
    credentials = Credentials(api_key=canary.key, api_secret=canary.secret)
    assert repr(credentials) == f"Credentials(api_key='{canary.key}', api_secret=[hidden])"
    assert not hasattr(credentials, "__dict__")


def test_version_is_the_project_s() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
