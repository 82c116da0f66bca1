from django.apps import AppConfig


class PhoneNumbersConfig(AppConfig):
    """The phone numbers that accounts own, and moving them between accounts."""

    name = "phone_numbers"

    def ready(self) -> None:
        """Tell operations what can be asked of Vonage about them."""
        from operations.kinds import register  # noqa: PLC0415 - needs the models
        from phone_numbers.kinds import TransferNumber  # noqa: PLC0415 - as above

        register(TransferNumber())
