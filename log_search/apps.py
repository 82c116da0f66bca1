from django.apps import AppConfig


class LogSearchConfig(AppConfig):
    """Looking for single messages and calls in Vonage's records."""

    name = "log_search"
