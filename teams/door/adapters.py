from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmation
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from teams.door import limits
from teams.door.browsers import in_words
from teams.door.confirming import is_confirmed
from teams.door.later import later

_MISMATCH = "The name or the password is wrong."
_WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc] # allauth carries no types
    """Nobody signs up by themselves; mails are sent after the answer and lead to our address."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _MISMATCH,
        "username_password_mismatch": _MISMATCH,
        "incorrect_password": "The password is wrong.",
        "email_taken": "There is a login with this e-mail address.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Return False: people are invited."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave the counting to `authenticate`."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return who it is, or None; raise `LimitReachedError` after too many wrong passwords.

        What is counted is what was typed, so that nothing depends on whether there is such a
        person.
        """
        network = limits.network()
        typed = credentials.get("email") or credentials.get("username") or ""
        attempts = {
            limits.NETWORK: network,
            limits.NAME: f"{limits.name_of(typed)}\n{network}",
        }
        for limit, who in attempts.items():
            limits.count(limit, who)
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user:
            for limit, who in attempts.items():
                limits.forgive(limit, who)
        return user

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Write the new password, and no other column over what others changed meanwhile."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:  # noqa: ARG002 - as above
        """Return whether the person has to show once more who they are, as `confirmed` sees it."""
        return not is_confirmed(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the ways to confirm who one is, in our words."""
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": _WAYS[way["id"]]} for way in ways]

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a reset mail, whatever host name the request came with."""
        return _at_home(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmation
    ) -> str:
        """Return the link of a confirmation mail, as above."""
        return _at_home(super().get_email_confirmation_url(request, emailconfirmation))

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """Send the link to the address that we know, not to the spelling that was typed."""
        known = EmailAddress.objects.get_primary_email(user) or getattr(user, "email", email)
        super().send_password_reset_mail(user, known, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render the mail now and send it after the answer."""
        own = {"email": email, "base_url": settings.BASE_URL}
        if "user_agent" in context:
            own["browser"] = in_words(context["user_agent"])
        mail = self.render_mail(template_prefix, email, {**own, **context})
        later(mail.send)


def _at_home(url: str) -> str:
    return str(settings.BASE_URL) + urlsplit(url).path
