from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The outbox of everything asked of Vonage."""

    name = "operations"

    def ready(self) -> None:
        """End what somebody asked for in the transaction in which the person goes."""
        from operations.services.ending import end_operations_of  # noqa: PLC0415 - needs the models
        from teams.services.membership import on_removal  # noqa: PLC0415 - as above

        on_removal.append(end_operations_of)
