from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from teams.models import User
from teams.services import factor_reset


class Command(BaseCommand):
    help = "Take all second factors of a person away at once, where nobody else can."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name."""
        parser.add_argument("name", help="user name of the person who has lost the factors")

    def handle(self, *_: Any, name: str, **__: Any) -> None:
        """Take the factors away, end the sessions, tell the person, and say so."""
        try:
            user = User.objects.get_by_natural_key(name)
        except User.DoesNotExist:
            raise CommandError(f"There is no login with the name {name!r}.") from None
        number = factor_reset.reset_now(user)
        self.stdout.write(
            f"{user}: {number} factors and sets of recovery codes are gone, every session has "
            f"ended, a mail was sent to {user.email}, and the audit book says that it was done "
            "from the console. The password alone lets in until a new factor is set up."
        )
