"""No public call without a test over the wire, none without its line in the README."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.wire.public_calls import apis, calls
from vonage_api import Credentials, VonageClient

HERE = Path(__file__).parent
README = HERE.parents[1] / "vonage_api" / "README.md"


def public() -> set[str]:
    with VonageClient(credentials=Credentials(api_key="ab000067", api_secret="none")) as client:
        return {f"{name}.{call}" for name, api in apis(client).items() for call in calls(api)}


def exercised() -> set[str]:
    """Return what the tests of this folder name, as `account.get_balance`."""
    return {call for path in HERE.glob("test_*.py") for call in _named_in(path)}


def _named_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Attribute(attr=call, value=ast.Attribute(attr=api)):
                yield f"{api}.{call}"


def test_every_public_call_is_tested() -> None:
    assert len(public()) > 30
    assert public() - exercised() == set()


def test_every_public_call_is_in_the_readme() -> None:
    shown = set(re.findall(r"`client\.(\w+\.\w+)\(", README.read_text()))
    assert shown == public()
