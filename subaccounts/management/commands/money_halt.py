from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.models import Lane
from operations.services import lanes
from teams.models import Workspace


class Command(BaseCommand):
    help = "Stop everything that is sent to Vonage, at once, until `money_resume`."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the reason, and the workspace or all of them."""
        parser.add_argument("reason", help="why; it stands in the audit book and on every page")
        parser.add_argument("--workspace", metavar="SLUG", help="only this one (all)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Halt, and say what was halted."""
        found = Workspace.objects.order_by("slug")
        if slug := options["workspace"]:
            found = found.filter(slug=slug)
        if not found:
            raise CommandError("There is no such workspace.")
        for each in found:
            is_new = lanes.halt(
                each.pk, Lane.Halt.PERSON, reason=options["reason"], at_console=True
            )
            self.stdout.write(f"{each.slug}: {'halted' if is_new else 'was halted already'}")
