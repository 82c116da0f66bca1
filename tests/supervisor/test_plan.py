import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.env import Env, load_env
from dashboard.supervisor import plan, redis_server
from dashboard.supervisor.preflight import CannotStartError

Load = Callable[..., Env]

KEYS = {
    "SECRET_KEY": "x" * 40,
    "ENCRYPTION_KEYS": "k1:" + base64.urlsafe_b64encode(bytes(32)).decode(),
    "SIMULATOR_API_SECRET": "Aa0-not-on-a-command-line",
}


@pytest.fixture
def env(tmp_path: Path) -> Load:
    def load(**variables: str) -> Env:
        return load_env({"SWITCHBOARD_HOME": str(tmp_path), **KEYS, **variables})

    return load


def names(env: Env) -> list[str]:
    return [part.name for part in plan.parts(env)]


def test_embedded_has_everything_in_the_order_of_need(env: Load) -> None:
    assert names(env()) == ["redis", "simulator", "web", "worker", "beat"]


def test_live_has_no_simulator(env: Load) -> None:
    assert names(env(LIVE="yes")) == ["redis", "web", "worker", "beat"]


def test_a_redis_that_runs_elsewhere_is_not_started(env: Load) -> None:
    given = {"REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": "postgres://a@127.0.0.1:1/a"}
    assert names(env(**given)) == ["web", "worker", "beat"]


def test_no_secret_stands_on_a_command_line_or_in_a_repr(env: Load) -> None:
    secrets = {*KEYS.values(), KEYS["ENCRYPTION_KEYS"].partition(":")[2]}
    for part in plan.parts(env()):
        shown = " ".join(part.argv) + repr(part)
        assert not [secret for secret in secrets if secret in shown]


def test_all_listen_on_this_machine_only(env: Load) -> None:
    web = next(part for part in plan.parts(env(PORT="8123")) if part.name == "web")
    assert web.argv[web.argv.index("--bind") + 1] == "127.0.0.1:8123"


def test_no_redis_server_is_one_line(env: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server, "find_server", lambda: None)
    with pytest.raises(CannotStartError, match="apt install redis-server"):
        plan.parts(env())
