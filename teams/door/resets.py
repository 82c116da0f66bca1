"""Links that let somebody choose a new password: they work once, and only the newest of them."""

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from django.db.models import F

from teams.models import User


class ResetTokens(EmailAwarePasswordResetTokenGenerator):  # type: ignore[misc] # allauth carries no types
    """Tokens that die with use, with a newer request, with a new password or address, with time."""

    def make_token(self, user: User) -> str:
        """Return the token of a new link; those before stop working."""
        User.objects.filter(pk=user.pk).update(reset_round=F("reset_round") + 1)
        user.refresh_from_db(fields=["reset_round"])
        token: str = super().make_token(user)
        return token

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        value: str = super()._make_hash_value(user, timestamp)
        return f"{value}/{user.reset_round}"


def use_up(user: User) -> bool:
    """Take all links of the person out of use; return False where somebody was quicker."""
    unused = User.objects.filter(pk=user.pk, reset_round=user.reset_round)
    if not unused.update(reset_round=F("reset_round") + 1):
        return False
    user.reset_round += 1
    return True
