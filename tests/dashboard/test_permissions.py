"""docs/permissions.md is what the code says."""

from pathlib import Path

from django.core.management import call_command
from django.urls import get_resolver

from dashboard.checks import views_of
from teams.capabilities import Capability
from teams.presets import PRESETS

PAGE = Path(__file__).parents[2] / "docs/permissions.md"


def test_page_is_what_the_command_prints(capsys):
    call_command("permissions")
    assert PAGE.read_text() == capsys.readouterr().out, (
        "manage.py permissions > docs/permissions.md"
    )


def test_every_right_role_and_address_is_on_it():
    text = PAGE.read_text()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    rights = [row for row in rows if row.count("|") == 6 and "`" in row]
    assert len(rights) == len(Capability)
    assert all(sum(f"`{right.value}`" in row for row in rights) == 1 for right in Capability)
    assert all(f" {preset.name} |" in text for preset in PRESETS.values())
    addresses = [address for address, _ in views_of(get_resolver())]
    assert len(addresses) > 40
    assert all(f"| `{address}` |" in text for address in addresses)
