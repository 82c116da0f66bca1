from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.models import Finding, Lane
from operations.services import lanes, moving
from subaccounts.services import books
from teams.models import Workspace


class Command(BaseCommand):
    help = (
        "Let a halted workspace send again. Without --yes it only reads all transfers once more, "
        "keeps what the database does not know as history, and says what it found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the workspace, the reason, and the word that it is meant."""
        parser.add_argument("workspace", metavar="SLUG")
        parser.add_argument("--reason", default="", help="why it is safe; it is written down")
        parser.add_argument("--yes", action="store_true", help="go on; else only look")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look at everything, and go on where that is said."""
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError("There is no such workspace.")
        lane = Lane.objects.filter(pk=workspace.pk).first()
        if lane is None or not lane.halt:
            raise CommandError("It is not halted.")
        self.stdout.write(f"halted: {lane.get_halt_display()}. {lane.halt_reason}")
        if moved := moving.move():
            self.stdout.write(f"{moved} Going on confirms it.")
        if not books.audit(workspace.pk, since=books.FROM_THE_BEGINNING):
            raise CommandError("Vonage's lists cannot be had; it stays halted.")
        for each in Finding.objects.filter(workspace=workspace, seen_at=None):
            self.stdout.write(f"{each.kind} {each.key}: {each.detail}")
        if not options["yes"]:
            self.stdout.write("Nothing was changed. With --yes --reason WHY it goes on.")
            return
        if not options["reason"]:
            raise CommandError("Say why with --reason.")
        lanes.resume(
            workspace.pk,
            reason=options["reason"],
            at_console=True,
            address=moving.unconfirmed_address(),
        )
        self.stdout.write("It goes on.")
