"""Mails about the door that no request of the person causes."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from teams.door.later import later
from teams.models import FactorReset, User


def reset_is_coming(reset: FactorReset) -> None:
    """Tell the person that their factors will be taken away, by whose wish, and when."""
    _send("factor_reset_coming", reset.user, reset=reset)


def reset_is_off(reset: FactorReset) -> None:
    """Tell the person that their factors stay."""
    _send("factor_reset_off", reset.user, reset=reset)


def factors_are_gone(user: User) -> None:
    """Tell the person that the password alone lets in, until a new factor is set up."""
    _send("factors_gone", user)


def _send(template: str, user: User, **more: object) -> None:
    address = EmailAddress.objects.get_primary_email(user) or user.email
    context = {"person": user, "base_url": settings.BASE_URL, **more}
    subject = render_to_string(f"account/email/{template}_subject.txt", context).strip()
    body = render_to_string(f"account/email/{template}_message.txt", context).strip()
    later(EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [address]).send)
