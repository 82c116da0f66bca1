from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """People: users, sign-in, workspaces and who may do what."""

    name = "teams"
