from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """People: users, sign-in, workspaces and who may do what."""

    name = "teams"

    def ready(self) -> None:
        """Listen at the door."""
        from teams.door import factors, signals  # noqa: F401, PLC0415 - registering is what it is for
