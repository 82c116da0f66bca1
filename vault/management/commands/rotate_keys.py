from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from vault import rotation


class Command(BaseCommand):
    help = "Seal all stored secrets again under the first key of ENCRYPTION_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the dry run, which is the default."""
        parser.add_argument("--apply", action="store_true", help="change the rows, not only count")

    def handle(self, *_: Any, **options: Any) -> None:
        """Count, or rotate and forget keys that nothing needs any more."""
        if not options["apply"]:
            self.stdout.write(f"{rotation.left()} secrets to seal again; --apply does it")
            return
        self.stdout.write(f"{rotation.rotate()} secrets sealed again, {rotation.left()} left")
        rotation.forget_unused()
