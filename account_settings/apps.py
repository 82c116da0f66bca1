from django.apps import AppConfig


class AccountSettingsConfig(AppConfig):
    """The settings of accounts at Vonage: where it reports messages to, and how."""

    name = "account_settings"

    def ready(self) -> None:
        """Tell operations what can be asked of Vonage about them."""
        from account_settings.kinds import register_all  # noqa: PLC0415 - needs the models

        register_all()
