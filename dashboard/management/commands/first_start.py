from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from dashboard import demo
from teams.services import first_start
from vault.checking import WrongKeysError, check_keys


class Command(BaseCommand):
    help = "Say how to sign in: the one-time set-up link, or where the pages are."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the demo."""
        parser.add_argument("--demo", action="store_true", help="make the demo's people")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print the way in; make the demo's people first where asked."""
        try:
            check_keys(settings.KEY_RING)
        except WrongKeysError as error:
            raise CommandError(str(error)) from None
        if options["demo"]:
            self._demo()
        if first_start.is_done():
            self.stdout.write(f"Sign in: {settings.BASE_URL}{reverse('account_login')}")
            return
        token = first_start.new_link()
        address = settings.BASE_URL + reverse("teams:enter_setup", args=[token])
        self.stdout.write("Set up the primary user, once, with this link:")
        self.stdout.write(f"  {address}")
        if settings.ENV.simulated:
            self.stdout.write("Vonage is the simulator. Connect its account with:")
            self.stdout.write(f"  API key     {settings.ENV.simulator_key}")
            self.stdout.write(f"  API secret  {settings.ENV.simulator_secret}")

    def _demo(self) -> None:
        try:
            people = demo.prepare(settings.ENV)
        except demo.CannotDemonstrateError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("People of the demo:")
        for name, password, about in people:
            self.stdout.write(f"  user name {name:13}   password {password}   {about}")
