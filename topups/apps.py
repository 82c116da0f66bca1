from django.apps import AppConfig


class TopupsConfig(AppConfig):
    """Auto-reload of the primary account: topping up by it, and noticing where it stays away."""

    name = "topups"

    def ready(self) -> None:
        """Tell operations what can be asked of Vonage, and the overview what to warn of."""
        from accounts import warnings  # noqa: PLC0415 - needs the models
        from topups import alarming  # noqa: PLC0415 - as above
        from topups.kinds import register_all  # noqa: PLC0415 - as above

        register_all()
        warnings.register(alarming.OWNER, alarming.WORDS)
