from typing import Any

from django.core.management.base import BaseCommand

from dashboard.permissions import document


class Command(BaseCommand):
    help = "Print who may do what and what each address takes, as docs/permissions.md holds it."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print the page."""
        self.stdout.write(document())
