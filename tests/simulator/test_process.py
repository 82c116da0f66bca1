"""The simulator as a process: how it starts, what it says, how it stops."""

import re
import signal
import subprocess
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.simulator.conftest import command, environment

ROOT = Path(__file__).parents[2]
KEY = ("--api-key", "abcd1234", "--api-secret", "PrimarySecr3t")
LIST = "/accounts/abcd1234/subaccounts"


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_start_health_stop(launch: Callable[..., Any], number: signal.Signals) -> None:
    process, url = launch("--subaccounts", "5", "--spend", "60", *KEY)
    with requests.Session() as session:  # a connection that stays open must not hold it up
        assert session.get(url + "/healthz", timeout=10).json() == {"ok": True}
        answer = session.get(url + LIST, auth=("abcd1234", "PrimarySecr3t"), timeout=10)
        assert len(answer.json()["_embedded"]["subaccounts"]) == 5
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - began < 1
    assert process.communicate() == ("", "")


def test_the_credentials_may_come_from_the_environment(launch: Callable[..., Any]) -> None:
    given = {"SIMULATOR_API_KEY": "fedc4321", "SIMULATOR_API_SECRET": "FromEnv1ronment"}
    _, url = launch(**given)
    balance = url + "/account/get-balance"
    assert requests.get(balance, auth=("fedc4321", "FromEnv1ronment"), timeout=10).ok
    _, url = launch(*KEY, **given)
    balance = url + "/account/get-balance"
    assert requests.get(balance, auth=("abcd1234", "PrimarySecr3t"), timeout=10).ok
    refused = requests.get(balance, auth=("fedc4321", "FromEnv1ronment"), timeout=10)
    assert refused.status_code == 401


def test_the_same_seed_gives_the_same_answer(launch: Callable[..., Any]) -> None:
    urls = [launch("--seed", "x y", *KEY)[1] for _ in range(2)]
    first, second = (
        requests.get(url + LIST, auth=("abcd1234", "PrimarySecr3t"), timeout=10) for url in urls
    )
    assert first.content == second.content
    assert len(first.json()["_embedded"]["subaccounts"]) == 24


def test_spending_moves_balances(launch: Callable[..., Any]) -> None:
    _, url = launch("--spend", "6000", *KEY)

    def total() -> Decimal:
        answer = requests.get(url + LIST, auth=("abcd1234", "PrimarySecr3t"), timeout=10)
        return Decimal(str(answer.json(parse_float=Decimal)["total_balance"]))

    before, deadline = total(), time.monotonic() + 15
    while total() == before:
        assert time.monotonic() < deadline, "no balance moved"
        time.sleep(0.1)


def test_faults_by_option(launch: Callable[..., Any]) -> None:
    _, url = launch("--unprovisioned", "--latency", "120", *KEY)
    answer = requests.get(url + LIST, auth=("abcd1234", "PrimarySecr3t"), timeout=10)
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#unprovisioned")
    assert answer.elapsed.total_seconds() >= 0.12


def test_switches_by_option(launch: Callable[..., Any]) -> None:
    given = (
        "--no-transfers",
        "--problem-401",
        "--auto-reload",
        "00X1:12.5",
        "--report-seconds",
        "9",
    )
    process, _ = launch("--admin-port", "0", *given, *KEY)
    admin = process.stdout.readline().split()[-1].removesuffix("/.")
    switches = requests.get(admin + "/switches", timeout=10).json()
    assert (switches["transfers"], switches["problem_401"]) == (False, True)
    assert (switches["auto_reload_trx"], switches["auto_reload_amount"]) == ("00X1", "12.5")
    assert switches["report_seconds"] == 9


def test_a_taken_port(launch: Callable[..., Any]) -> None:
    _, url = launch(*KEY)
    port = str(urlsplit(url).port)
    ended = run("--port", port, *KEY)
    assert ended.returncode == 1
    expected = f"Port {port} on 127.0.0.1 is taken; choose another with --port.\n"
    assert (ended.stdout, ended.stderr) == ("", expected)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "203.0.113.7"])
def test_a_host_that_is_not_ours(host: str) -> None:
    ended = run("--port", "0", "--host", host, *KEY)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Cannot listen on {host}, port 0: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--port"),
        (("--port", "65536", *KEY), "--port"),
        (("--port", "http", *KEY), "--port"),
        (("--port", "0", "--subaccounts", "-1", *KEY), "--subaccounts"),
        (("--port", "0", "--subaccounts", "9" * 5000, *KEY), "--subaccounts"),
        (("--port", "0", "--spend", "NaN", *KEY), "--spend"),
        (("--port", "0", "--spend", "-1", *KEY), "--spend"),
        (("--port", "0", "--latency", "1.5", *KEY), "--latency"),
        (("--port", "0"), "SIMULATOR_API_SECRET"),
        (("--port", "0", "--api-key", "a:b", "--api-secret", "PrimarySecr3t"), "--api-key"),
        (("--port", "0", "--sub", "3", *KEY), "--sub"),
        (("--port", "0", "--tls", *KEY), "--tls-cert"),
        (("--port", "0", "--tls-cert", "x", *KEY), "--tls"),
        (("--port", "0", "--faults", "1.1", *KEY), "--faults"),
        (("--port", "0", "--faults-without", "gremlin", *KEY), "gremlin"),
        (("--port", "0", "--auto-reload", "10", *KEY), "--auto-reload"),
        (("--port", "0", "--journal-sync", "daily", *KEY), "--journal-sync"),
        (("--port", "0", "--hang", "-1", *KEY), "--hang"),
    ],
)
def test_bad_arguments(arguments: tuple[str, ...], named: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert named in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "PrimarySecr3t" not in ended.stderr


def test_help_explains_every_option() -> None:
    ended = run("--help", SIMULATOR_API_KEY="abcd1234", SIMULATOR_API_SECRET="FromEnv1ronment")
    assert ended.returncode == 0
    options = re.findall(r'add\(\s*"--([a-z0-9-]+)"', (ROOT / "simulator/options.py").read_text())
    assert len(options) > 25
    for option in options:
        assert f"--{option}" in ended.stdout
    assert "FromEnv1ronment" not in ended.stdout
