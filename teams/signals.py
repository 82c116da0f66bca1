"""Who came, who left, who tried: written down where Django and allauth say so."""

from typing import Any

from allauth.account import signals as door
from django.contrib.auth import signals as auth
from django.db import transaction
from django.dispatch import receiver

from audit.events import Event
from audit.models import Entry
from audit.writing import STRANGER, record
from teams.models import User


@receiver(auth.user_logged_in)
def signed_in(user: User, **_: Any) -> None:
    """Write down that somebody signed in."""
    _record(Event.SIGNED_IN, user)


@receiver(auth.user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    """Write down that somebody signed out; leaving twice is nothing to write down."""
    if user:
        _record(Event.SIGNED_OUT, user)


@receiver(auth.user_login_failed)
def sign_in_failed(**_: Any) -> None:
    """Write down that somebody failed; not the name, since people type passwords there, too."""
    with transaction.atomic():
        record(Event.SIGN_IN_FAILED, actor=STRANGER, workspace=None, outcome=Entry.Outcome.REFUSED)


@receiver(door.password_changed)
def password_changed(user: User, **_: Any) -> None:
    """Write down that somebody changed the password."""
    _record(Event.PASSWORD_CHANGED, user)


@receiver(door.password_reset)
def password_reset(user: User, **_: Any) -> None:
    """Write down that somebody set a new password with a link."""
    _record(Event.PASSWORD_RESET, user)


def _record(event: Event, user: User) -> None:
    with transaction.atomic():
        record(event, actor=user, workspace=None, target=user)
