import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
OWN = ("web", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text())["services"]


def test_is_a_compose_file() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    subprocess.run([checker, "--builtin-schema", "vendor.compose-spec", COMPOSE], check=True)


def test_every_variable_is_explained() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE.read_text()))
    explained = set(re.findall(r"^#? ?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used
    assert used - explained == set()


def test_every_variable_that_is_set_is_one_of_ours(services) -> None:
    from dashboard.env import variables

    known = {variable.name for _, variable in variables()}
    assert set(services["web"]["environment"]) - known == set()


@pytest.mark.parametrize("name", OWN)
def test_every_command_exists(services, name: str) -> None:
    program, *arguments = _command(services[name])
    script = Path(sys.executable).with_name(program)
    assert script.exists() or shutil.which(program)
    if program == "python":
        assert (ROOT / arguments[0]).exists()
        return
    options = {each for each in arguments if each.startswith("--")}
    help_of = [arguments[2]] if program == "celery" else []
    texts = [_help(script), _help(script, *help_of)]
    assert {option for option in options if not any(option in text for text in texts)} == set()


def _command(service: dict[str, Any]) -> list[str]:
    if "command" in service:
        return service["command"]
    image = (ROOT / "Dockerfile").read_text()
    return json.loads(image.partition("CMD ")[2].replace("\\\n", ""))


def _help(script: Path, *command: str) -> str:
    return subprocess.run(
        [script, *command, "--help"], check=True, capture_output=True, text=True
    ).stdout


def test_all_are_hardened_and_only_web_is_published_here(services) -> None:
    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_all_that_stays_has_a_health_check(services) -> None:
    without = [name for name, service in services.items() if "healthcheck" not in service]
    assert without == ["migrate"]


def test_the_image_gets_every_package_and_nothing_private(settings) -> None:
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in allowed
    sent = {line.strip("!/") for line in allowed if line.startswith("!")}
    templates = {Path(folder).name for engine in settings.TEMPLATES for folder in engine["DIRS"]}
    assert _packages() | templates | {"static", "manage.py"} <= sent
    assert not sent & {"var", ".env", ".git", ".venv", "tests"}


def _packages() -> set[str]:
    folders = {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")}
    return folders - {"bench", "drill", "tests"}
