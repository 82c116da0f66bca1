"""The administration: what it changes and shows, and that the other port has none of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import requests


def test_spend_pay_suspend(stage: Any) -> None:
    assert stage.admin("/spend", api_key="bb000002", amount="0.4572")["api_key"] == "aa000001"
    assert stage.admin("/pay", api_key="bb000001", amount=2)["balance"] == "0.29"
    assert stage.admin("/suspend", api_key="bb000001")["suspended"]
    assert not stage.admin("/suspend", api_key="bb000001", suspended=False)["suspended"]
    assert stage.admin("/funds", api_key="bb000001", balance="1", credit_limit="-2")
    assert stage.state.funds("aa000001").balance == Decimal(27)
    assert stage.admin("/invariants")["ok"]
    acts = [(entry["act"], entry["by"]) for entry in stage.admin("/ledger")["entries"]]
    assert acts[:2] == [("charge", "admin"), ("payment", "admin")]


@pytest.mark.parametrize(
    ("path", "values", "status"),
    [
        ("/spend", {"api_key": "bb000001", "amount": "1000"}, 409),
        ("/spend", {"api_key": "bb000001", "amount": "-1"}, 400),
        ("/spend", {"api_key": "bb000001", "amount": "much"}, 400),
        ("/spend", {"api_key": "ffffffff", "amount": "1"}, 400),
        ("/pay", {}, 400),
        ("/tier", {"provisioned": True}, 400),
        ("/switches", {"unknown": 1}, 400),
        ("/switches", {"transfers": "perhaps"}, 400),
        ("/clock", {"clock_offset": "late"}, 400),
        ("/faults", {"share": 2}, 400),
        ("/faults", {"latency": 2}, 400),
        ("/faults", {"hang_s": "long"}, 400),
        ("/faults/rules", {"fault": "gremlin"}, 400),
        ("/faults/rules", {"fault": "cut", "nth": "third"}, 400),
        ("/numbers", {"msisdn": "1", "owner": "bb000001"}, 400),
        ("/reports", {"id": "1", "status": "FAILED"}, 400),
        ("/audit", {"type": "USER_DANCE"}, 400),
        ("/funds", {"api_key": "bb000001", "balance": "-5", "credit_limit": "-2"}, 400),
        ("/nowhere", {}, 404),
    ],
)
def test_nonsense_is_refused_with_a_reason(
    stage: Any, path: str, values: dict[str, Any], status: int
) -> None:
    before = stage.state.version
    answer = requests.post(stage.admin_url + path, json=values, timeout=10)
    assert answer.status_code == status
    assert stage.state.version == before
    assert status == 404 or answer.json()["error"]


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff"])
def test_what_is_no_object(stage: Any, body: bytes) -> None:
    assert requests.post(stage.admin_url + "/pay", data=body, timeout=10).status_code == 400


def test_the_ledger_is_read_in_parts(stage: Any) -> None:
    for _ in range(5):
        stage.admin("/pay", api_key="aa000001", amount="1")
    part = stage.admin("/ledger?after=2&limit=2")
    assert (part["version"], [entry["number"] for entry in part["entries"]]) == (5, [3, 4])


def test_what_the_client_must_not_see(stage: Any) -> None:
    for path in ("/ledger", "/faults", "/invariants", "/transfers", "/switches", "/"):
        assert stage.call("GET", path).status_code == 404
    assert "secret" not in str(stage.admin("/accounts")).lower().replace("secrets", "")


def test_the_table_of_faults_is_explained(stage: Any) -> None:
    shown = stage.admin("/faults")
    assert len(shown["kinds"]) == 56
    assert all(kind["about"] for kind in shown["kinds"])


def form(stage: Any, path: str, /, **fields: str) -> Any:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}  # also where it is empty
    return requests.post(stage.admin_url + path, data=fields, headers=kind, timeout=10)


def test_the_page_breaks_and_mends(stage: Any) -> None:
    page = form(stage, "/faults/rules", fault="cut", method="POST", path="/x", nth="2", times="1")
    assert (page.status_code, page.url) == (200, stage.admin_url + "/")
    assert "<td>cut</td><td>POST</td><td>/x</td>" in page.text
    assert "28%" in form(stage, "/faults", share="0.28", seed="1").text
    assert "Nothing is broken." in form(stage, "/faults/mend").text


def test_the_page_spends_and_shows_it(stage: Any) -> None:
    page = form(stage, "/spend", api_key="aa000001", amount="7.4572").text
    assert "<td>20.0000</td>" in page
    assert "<td>charge</td><td>admin</td>" in page
    assert "The books are in order." in page


def test_the_page_is_plain_and_escapes_names(stage: Any) -> None:
    stage.state.rename("bb000001", "<script>alert('x')</script>")
    answer = requests.get(stage.admin_url + "/", timeout=10)
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    style = requests.get(stage.admin_url + "/status.css", timeout=10)
    assert style.headers["Content-Type"].startswith("text/css")


def test_other_pages_cannot_press_the_buttons(stage: Any) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    path = stage.admin_url + "/faults/mend"
    assert requests.post(path, data={}, headers=headers, timeout=10).status_code == 403


def test_the_process_has_an_admin_port(launch: Callable[..., Any]) -> None:
    key = ("--api-key", "abcd1234", "--api-secret", "PrimarySecr3t")
    process, url = launch("--admin-port", "0", "--faults", "1", "--faults-seed", "x", *key)
    admin = process.stdout.readline().split()[-1].removesuffix("/.")
    assert requests.get(admin + "/faults", timeout=10).json()["share"] == "1.0"
    assert requests.get(url + "/faults", timeout=10).status_code == 404
