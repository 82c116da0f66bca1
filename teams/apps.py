from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """People: users, sign-in, workspaces and who may do what."""

    name = "teams"

    def ready(self) -> None:
        """Listen at the door."""
        from teams.door import factors, sessions, signals  # noqa: F401, PLC0415 - registering is what it is for
        from teams.services.ending import on_removal  # noqa: PLC0415 - needs the models

        on_removal.append(lambda user, _: sessions.end_all(user))
