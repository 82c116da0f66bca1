from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Vonage accounts: connection, mirror, readings."""

    name = "accounts"
