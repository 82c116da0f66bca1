from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Vonage accounts: connection, mirror, readings."""

    name = "accounts"

    def ready(self) -> None:
        """Tell operations how Vonage is reached: connections are kept here."""
        from accounts.services.vonage import opened  # noqa: PLC0415 - needs the models
        from operations.wire import opened_by  # noqa: PLC0415 - as above

        opened_by(opened)
