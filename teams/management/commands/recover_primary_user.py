import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from teams.door.later import at_once
from teams.models import User, Workspace
from teams.services import handover

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Give a workspace whose primary user is lost to another person. Says what it would do."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the workspace, the person, and the word that it is meant."""
        parser.add_argument("slug", help="the workspace, as in its address: /w/SLUG/")
        parser.add_argument("username", help="the user name of the new primary user")
        parser.add_argument("--yes", action="store_true", help="do it")

    def handle(self, *_: Any, slug: str, username: str, yes: bool, **__: Any) -> None:
        """Say what would happen, or do it."""
        workspace = Workspace.objects.select_related("primary_user").filter(slug=slug).first()
        if workspace is None:
            raise CommandError(f"There is no workspace at /w/{slug}/.")
        heir = User.objects.filter(username__iexact=username).first()
        if heir is None:
            raise CommandError(f"There is no login with the user name {username}.")
        if yes:
            self._recover(workspace, heir)
        else:
            self._explain(workspace, heir)

    def _explain(self, workspace: Workspace, heir: User) -> None:
        self.stdout.write(
            f"{heir} <{heir.email}> would own {workspace.name} instead of "
            f"{workspace.primary_user}, who would have no part in it any more.\n"
            "Both would be told by mail, and it would stand in the activity for ever.\n"
            "Nothing was changed. Run it again with --yes to do it."
        )

    def _recover(self, workspace: Workspace, heir: User) -> None:
        try:
            with at_once():
                old = handover.recover(workspace, heir)
        except handover.HandoverError as error:
            raise CommandError(str(error)) from None
        logger.warning(
            "primary user replaced at the console",
            extra={"workspace_id": workspace.pk, "old_id": old.pk, "new_id": heir.pk},
        )
        self.stdout.write(f"{heir} owns {workspace.name} now. {old} has no part in it any more.")
