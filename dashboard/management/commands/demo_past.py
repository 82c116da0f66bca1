from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard import demo, demo_past
from teams.models import Workspace


class Command(BaseCommand):
    help = "Give the demo a past: usage, balances and statements of the month that is over."

    def handle(self, *_: Any, **__: Any) -> None:
        """Wait for what the worker reads, and say what is there then."""
        workspace = Workspace.objects.earliest("pk")
        if not demo.is_the_demo(settings.ENV):
            raise CommandError("There is no demo in this installation.")
        try:
            made = demo_past.complete(workspace)
        except TimeoutError as error:
            raise CommandError(str(error)) from None
        address = f"{settings.BASE_URL}/w/{workspace.slug}/statements/"
        self.stdout.write(f"Last month's statements of {made} accounts are there: {address}")
