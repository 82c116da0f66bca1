from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.models import Operation
from operations.wire import CannotConnectError
from subaccounts.services.verifying import read_lists, violations
from teams.models import Workspace
from vonage_api.errors import VonageError

WRONG, UNKNOWN = 1, 2


class Command(BaseCommand):
    help = (
        "Hold every promise about money against what Vonage lists. "
        "Exit code 1: a promise is broken; 2: the lists cannot be had, so nothing is known."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the workspace, or all of them."""
        parser.add_argument("--workspace", metavar="SLUG", help="only this one (all)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print a line for each broken promise, and one for each workspace."""
        found = Workspace.objects.filter(connection__isnull=False).order_by("slug")
        if slug := options["workspace"]:
            found = found.filter(slug=slug)
        if not found:
            raise CommandError("There is no such connected workspace.", returncode=UNKNOWN)
        codes = [self._verify(each) for each in found]
        if any(codes):
            raise CommandError("Not verified.", returncode=max(codes))

    def _verify(self, workspace: Workspace) -> int:
        try:
            lists = read_lists(workspace.pk)
        except (VonageError, CannotConnectError) as error:
            self.stderr.write(f"workspace={workspace.slug} result=unknown: {error}")
            return UNKNOWN
        broken = list(violations(workspace.pk, lists))
        for each in broken:
            self.stderr.write(f"{each.invariant} {each.key}: {each.sentence}")
        listed = sum(map(len, lists.values()))
        asked = Operation.objects.filter(workspace=workspace).count()
        result = "broken" if broken else "ok"
        self.stdout.write(
            f"workspace={workspace.slug} operations={asked} listed={listed} "
            f"violations={len(broken)} result={result}"
        )
        return WRONG if broken else 0
