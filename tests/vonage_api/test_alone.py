"""The package on its own: no Django, no dashboard, nothing of the rest of the project."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[2] / "vonage_api"

USE = """
import sys

class Blocked:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in {"django", "celery", "vonage", "dashboard", "simulator"}:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
import pkgutil, importlib
import vonage_api
for module in pkgutil.iter_modules(vonage_api.__path__):
    importlib.import_module(f"vonage_api.{module.name}")
from vonage_api import Credentials, Hosts, VonageClient
credentials = Credentials(api_key="0a1b2c3d", api_secret="Sail4way-Then")
with VonageClient(credentials=credentials, hosts=Hosts(rest=sys.argv[1])) as client:
    print(client.account.get_balance().value, "django" in sys.modules)
"""


def test_package_works_alone(server: Any, body: Any, tmp_path: Path) -> None:
    server.answers(body("balance"))
    shutil.copytree(PACKAGE, tmp_path / "vonage_api")
    command = [sys.executable, "-W", "error", "-c", USE, server.url]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.stdout, done.stderr) == ("118.40255017 False\n", "")


def test_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_only_one_module_opens_a_connection_for_writes() -> None:
    """No other door: `requests` methods that change something, or http.client, stand nowhere."""
    doors = re.compile(r"\.(post|put|patch|delete|urlopen|putrequest)\(|\bconnection\.request\(")
    found = {path.name for path in PACKAGE.glob("*.py") if doors.search(path.read_text())}
    assert found == {"writing.py"}


def test_readme_shows_every_call() -> None:
    from vonage_api import Credentials, VonageClient

    text = (PACKAGE / "README.md").read_text()
    with VonageClient(credentials=Credentials(api_key="a", api_secret="b")) as client:
        calls = [
            f"client.{group}.{name}("
            for group, api in vars(client).items()
            if not group.startswith("_")
            for name in dir(api)
            if not name.startswith("_")
        ]
    assert len(calls) > 30
    assert [call for call in calls if call not in text] == []
