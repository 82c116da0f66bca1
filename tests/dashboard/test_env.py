import base64
from pathlib import Path

import pytest

from dashboard.env import VONAGE_API, VONAGE_REST, BadEnvironmentError, Env, load_env, variables

ROOT = Path(__file__).parents[2]
COMPOSE = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
KEY = "k1:" + base64.urlsafe_b64encode(b"1" * 32).decode()
GIVEN = {"SECRET_KEY": "x" * 40, "ENCRYPTION_KEYS": KEY, "SWITCHBOARD_HOME": "/nonexistent"}
PRODUCTION = {
    **GIVEN,
    "DATABASE_URL": "postgres://me:pw@db:5432/name",
    "REDIS_URL": "redis://r:6379/0",
}


def test_defaults_are_one_machine_with_the_simulator():
    env = load_env(GIVEN)
    assert env.embedded
    assert env.simulated
    assert env.vonage_hosts == ("http://127.0.0.1:8001",) * 2
    assert env.own_address == "http://127.0.0.1:8000"
    assert env.broker_url.startswith("redis+socket://")


@pytest.mark.parametrize("more", [{"LIVE": "1"}, {"DATABASE_URL": PRODUCTION["DATABASE_URL"]}])
def test_live_and_production_talk_to_vonage_itself(more):
    env = load_env({**GIVEN, **more})
    assert not env.simulated
    assert env.vonage_hosts == (VONAGE_API, VONAGE_REST)


def test_database_and_redis_are_taken_apart():
    env = load_env(PRODUCTION)
    assert env.database["HOST"] == "db"
    assert env.redis_url == env.broker_url == "redis://r:6379/0"


def test_secret_may_come_from_a_file(tmp_path):
    path = tmp_path / "key"
    path.write_text("y" * 40 + "\n")
    rest = {name: value for name, value in GIVEN.items() if name != "SECRET_KEY"}
    assert load_env({**rest, "SECRET_KEY_FILE": str(path)}).secret_key == "y" * 40
    with pytest.raises(BadEnvironmentError, match="cannot be read"):
        load_env({**rest, "SECRET_KEY_FILE": str(tmp_path / "missing")})


def test_generated_keys_are_read_on_one_machine_only(tmp_path):
    (tmp_path / "keys.env").write_text(f"SECRET_KEY={'z' * 40}\nENCRYPTION_KEYS={KEY}\n")
    home = {"SWITCHBOARD_HOME": str(tmp_path)}
    assert load_env(home).secret_key == "z" * 40
    with pytest.raises(BadEnvironmentError, match="SECRET_KEY"):
        load_env({**home, "DATABASE_URL": PRODUCTION["DATABASE_URL"]})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "abc", "whole number from 1 to 65535"),
        ("PORT", "70000", "whole number from 1 to 65535"),
        ("SIMULATOR_PORT", "-1", "whole number"),
        ("LIVE", "perhaps", "neither yes nor no"),
        ("SECRET_KEY", "short", "at least 32"),
        ("ENCRYPTION_KEYS", "k1:short", "not 32 bytes"),
        ("DATABASE_URL", "mysql://db", "postgres://"),
        ("REDIS_URL", "http://r", "redis://"),
        ("BASE_URL", "switchboard.example.com", "https://switchboard.example.com"),
        ("BASE_URL", "https://a.example.com/path", "without a path"),
        ("BASE_URL", "https://a.example.com:99999", "out of range"),
        ("BASE_URL", "https://evil@a.example.com", "without a path"),
        ("ALLOWED_HOSTS", "*", "name the hosts"),
        ("TRUSTED_PROXIES", "many", "whole number from 0 to 5"),
        ("VONAGE_API_URL", "http://api.example.com", "https://host"),
        ("VONAGE_REST_URL", "api.example.com", "https://host"),
        ("VONAGE_API_URL", "http://127.0.0.1.example.com", "https://host"),
        ("SYNC_INTERVAL_SECONDS", "1", "from 5 to"),
        ("EMAIL_SECURITY", "smtps", "starttls, tls, none"),
        ("DEFAULT_TIME_ZONE", "Mars/Olympus", "time zone"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_wrong_value_is_one_line_that_names_it_and_what_is_accepted(name, value, sentence):
    with pytest.raises(BadEnvironmentError) as caught:
        load_env({**GIVEN, name: value})
    (line,) = caught.value.lines
    assert line.startswith(f"{name}: ")
    assert sentence in line


def test_all_faults_are_told_at_once_and_no_secret_is_shown():
    wrong = {**GIVEN, "PORT": "x", "LIVE": "x", "ENCRYPTION_KEYS": "k1:Canary0Secret"}
    with pytest.raises(BadEnvironmentError) as caught:
        load_env(wrong)
    assert len(caught.value.lines) == 3
    assert "Canary0Secret" not in str(caught.value)


def test_table_in_the_readme_is_what_the_command_prints():
    from dashboard.management.commands.configuration import table

    assert table() in (ROOT / "README.md").read_text()


def test_example_file_names_every_variable_and_nothing_else():
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {line.lstrip("# ").partition("=")[0] for line in lines if "=" in line}
    expected = {variable.name for _, variable in variables()}
    assert len(expected) > 20
    assert named == expected | COMPOSE


def test_configuration_shows_no_secret():
    canary = "Canary" + "0" * 40
    env = load_env({**PRODUCTION, "SECRET_KEY": canary, "EMAIL_HOST_PASSWORD": canary})
    assert "port=8000" in repr(env)
    assert canary not in repr(env)
    assert "me:pw" not in repr(env)
    with pytest.raises(BadEnvironmentError) as caught:
        load_env({**GIVEN, "VONAGE_API_URL": "https://u:Canary@h", "BASE_URL": "https://Canary@h"})
    assert "Canary" not in str(caught.value)


def test_configuration_is_frozen():
    env = load_env(GIVEN)
    assert isinstance(env, Env)
    with pytest.raises(AttributeError):
        env.port = 1
