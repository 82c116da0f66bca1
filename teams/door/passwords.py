"""Refuses passwords that are known from breaches, without asking anybody."""

from django.contrib.auth.password_validation import CommonPasswordValidator


class BreachedPasswordValidator(CommonPasswordValidator):
    """Django's list of 20,000 passwords, and the same with years, digits and marks around them.

    The list has no password of twelve characters to speak of, so on its own it would refuse
    almost nothing that the length lets through.
    """

    _AROUND = "0123456789!?.-_*#@$ "

    def validate(self, password: str, user: object = None) -> None:
        """Raise `ValidationError` where the password, or its core or a repetition, is known."""
        for candidate in {password, password.strip(self._AROUND), _unrepeated(password)}:
            super().validate(candidate, user)  # type: ignore[arg-type] # any object, as in Django


def _unrepeated(password: str) -> str:
    """Return the part that the password repeats, or the password: `abcabcabc` gives `abc`."""
    lowered = password.lower()
    period = (lowered + lowered).find(lowered, 1)
    return lowered[:period]
