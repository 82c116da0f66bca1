from django.apps import AppConfig


class SubaccountsConfig(AppConfig):
    """The hierarchy of accounts: money between them, and accounts made and changed."""

    name = "subaccounts"

    def ready(self) -> None:
        """Tell operations what can be asked of Vonage, and how its books are read."""
        from operations.services.sending.books import read_by  # noqa: PLC0415 - needs the models
        from subaccounts.kinds import register_all  # noqa: PLC0415 - as above
        from subaccounts.services.books import audit  # noqa: PLC0415 - as above

        register_all()
        read_by(audit)
