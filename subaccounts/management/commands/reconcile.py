from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from operations.models import Finding
from operations.services import settling, sweeping
from subaccounts.services import books
from teams.models import Workspace


class Command(BaseCommand):
    help = (
        "Settle what is unknown, and hold all transfers since a time against what was asked for. "
        "It sends nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the time, and the workspace or all of them."""
        parser.add_argument(
            "--since", required=True, metavar="TIME", help="as in 2026-11-01T00:00:00Z"
        )
        parser.add_argument("--workspace", metavar="SLUG", help="only this one (all)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what was found in each workspace; fail where a list was not to be had."""
        since = parse_datetime(options["since"])
        if since is None or since.tzinfo is None:
            raise CommandError("Give a time with its zone, as in 2026-11-01T00:00:00Z.")
        found = Workspace.objects.filter(connection__isnull=False).order_by("slug")
        if slug := options["workspace"]:
            found = found.filter(slug=slug)
        if not found:
            raise CommandError("There is no such connected workspace.")
        sweeping.sweep(timezone.now())
        settling.settle_due(timezone.now())
        read = [self._audit(each, since) for each in found]
        if not all(read):
            raise CommandError("Not all lists could be had; nothing is concluded from those.")

    def _audit(self, workspace: Workspace, since: Any) -> bool:
        is_good = books.audit(workspace.pk, since=since)
        unseen = Finding.objects.filter(workspace=workspace, seen_at=None).order_by("found_at")
        for each in unseen:
            self.stdout.write(f"{each.kind} {each.key}: {each.detail}")
        said = "read" if is_good else "not read"
        self.stdout.write(f"workspace={workspace.slug} lists={said} findings={len(unseen)}")
        return is_good
