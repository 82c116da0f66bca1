from django.apps import AppConfig


class ApiSecretsConfig(AppConfig):
    """The API secrets of accounts: which there are, new ones, and revoking."""

    name = "api_secrets"

    def ready(self) -> None:
        """Tell operations what can be asked of Vonage about them."""
        from accounts.warnings import register  # noqa: PLC0415 - needs the models
        from api_secrets.kinds import register_all  # noqa: PLC0415 - as above
        from api_secrets.services.ageing import WARNINGS  # noqa: PLC0415 - as above

        register_all()
        register("api_secrets", WARNINGS)
