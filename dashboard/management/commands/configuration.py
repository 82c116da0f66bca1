from typing import Any

from django.core.management.base import BaseCommand

from dashboard.env import variables


class Command(BaseCommand):
    help = "Print the table of environment variables, as README.md holds it."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print one row per variable."""
        self.stdout.write(table())


def table() -> str:
    """Return the table in Markdown."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for _, each in variables():
        name = f"`{each.name}`" + (f", `{each.name}_FILE`" if each.secret else "")
        default = f"`{each.default}`" if each.default else ""
        rows.append(f"| {name} | {default} | {each.about} |")
    return "\n".join(rows)
