from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """What an account had, got and used in a month, and what that is resold for."""

    name = "statements"
