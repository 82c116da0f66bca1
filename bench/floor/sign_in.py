"""Prepares the floor's database and prints the cookie of somebody who is signed in."""

import django


def main() -> None:
    """Make the tables, a user and a session."""
    django.setup()
    from django.contrib.auth.models import User  # noqa: PLC0415 - needs the settings
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.test import Client  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    client = Client()
    somebody = User.objects.create_user("somebody")
    client.force_login(somebody)  # type: ignore[arg-type] # the floor has Django's own user
    print(client.cookies["sessionid"].value)


if __name__ == "__main__":
    main()
