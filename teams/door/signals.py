"""Who came, who left, who tried, who changed how they get in: written down and told by mail."""

from typing import Any

from allauth.account import signals as door
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as sso
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import signals as auth
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from audit.events import Event
from audit.models import Entry
from audit.writing import STRANGER, record
from teams.door import factors, places, sessions
from teams.models import User

_REFUSED = Entry.Outcome.REFUSED


@receiver(auth.user_logged_in)
def signed_in(user: User, request: HttpRequest, **_: Any) -> None:
    """Begin the session, write it down, and tell the person where the place is a new one."""
    sessions.begin(request.session)
    _record(Event.SIGNED_IN, user)
    if "REMOTE_ADDR" in request.META:
        places.note(request, user)


@receiver(auth.user_logged_out)
def signed_out(user: User | None, request: HttpRequest, **_: Any) -> None:
    """Write down that somebody signed out; leaving twice is nothing to write down."""
    if user:
        _record(Event.SIGNED_OUT, user)
        sessions.forget(request.session.session_key)


@receiver(auth.user_login_failed)
def sign_in_failed(request: HttpRequest | None = None, **_: Any) -> None:
    """Write down that somebody failed; not the name, since people type passwords there, too."""
    user = getattr(request, "user", None)
    with transaction.atomic():
        if isinstance(user, User):
            record(Event.REAUTHENTICATED, actor=user, workspace=None, target=user, outcome=_REFUSED)
        else:
            record(Event.SIGN_IN_FAILED, actor=STRANGER, workspace=None, outcome=_REFUSED)


@receiver(door.authentication_step_completed)
def confirmed(
    request: HttpRequest,
    user: User,
    method: str,
    reauthenticated: bool = False,  # noqa: FBT001, FBT002 - allauth's signature
    **_: Any,
) -> None:
    """Write down that somebody confirmed who they are; the session has a new id from then on."""
    if reauthenticated:
        _record(Event.REAUTHENTICATED, user, new={"method": method})
        sessions.renew(request)


@receiver(mfa.authentication_failed)
def factor_failed(user: User, reauthentication: bool = False, **_: Any) -> None:  # noqa: FBT001, FBT002 - as above
    """Write down a wrong code; the password before it was right, so the person is known."""
    event = Event.REAUTHENTICATED if reauthentication else Event.SIGN_IN_FAILED
    with transaction.atomic():
        record(
            event,
            actor=user,
            workspace=None,
            target=user,
            outcome=_REFUSED,
            reason="wrong code of the second factor",
        )


@receiver(mfa.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Write down a new factor and end the person's other sessions; its first code is used."""
    if authenticator.type not in factors.REAL:
        _record(Event.RECOVERY_CODES_MADE, user)
        return
    if authenticator.type == factors.Type.TOTP:
        factors.use_up(authenticator, request.POST.get("code", ""))
        factors.forget_offer(request)
    _record(Event.FACTOR_ADDED, user, new={"kind": authenticator.type})
    sessions.end_others(request, user)


@receiver(mfa.authenticator_removed)
def factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Write down that a factor is gone and end the person's other sessions."""
    if authenticator.type in factors.REAL:
        _record(Event.FACTOR_REMOVED, user, old={"kind": authenticator.type})
        sessions.end_others(request, user)


@receiver(mfa.authenticator_reset)
def recovery_codes_made(request: HttpRequest, user: User, **_: Any) -> None:
    """Write down new recovery codes and end the person's other sessions."""
    _record(Event.RECOVERY_CODES_MADE, user)
    sessions.end_others(request, user)


@receiver(mfa.authenticator_used)
def factor_used(user: User, authenticator: Authenticator, **_: Any) -> None:
    """Write down that a recovery code is used up."""
    if authenticator.type == factors.Type.RECOVERY_CODES:
        _record(Event.RECOVERY_CODE_USED, user)


@receiver(door.password_set)
@receiver(door.password_changed)
def password_changed(user: User, request: HttpRequest, **_: Any) -> None:
    """Write down that somebody changed the password; the other sessions end."""
    _record(Event.PASSWORD_CHANGED, user)
    sessions.end_others(request, user)


@receiver(door.password_reset)
def password_reset(user: User, **_: Any) -> None:
    """Write down that somebody set a new password with a link; all sessions end."""
    _record(Event.PASSWORD_RESET, user)
    sessions.end_all(user)


@receiver(door.email_changed)
def email_changed(
    request: HttpRequest,
    user: User,
    to_email_address: EmailAddress,
    from_email_address: EmailAddress | None = None,
    **_: Any,
) -> None:
    """Write down both addresses and tell the new one; allauth tells the old one."""
    old, new = getattr(from_email_address, "email", ""), to_email_address.email
    _record(Event.EMAIL_CHANGED, user, old={"email": old}, new={"email": new})
    get_adapter(request).send_notification_mail(
        "account/email/email_changed", user, {"from_email": old, "to_email": new}, email=new
    )


@receiver(sso.social_account_added)
def identity_connected(sociallogin: Any, **_: Any) -> None:
    """Write down a new way in through the identity provider."""
    _record(Event.IDENTITY_CONNECTED, sociallogin.user)


@receiver(sso.social_account_removed)
def identity_disconnected(socialaccount: SocialAccount, **_: Any) -> None:
    """Write down that a way in through the identity provider is gone."""
    _record(Event.IDENTITY_DISCONNECTED, socialaccount.user)


def _record(
    event: Event,
    user: User,
    *,
    old: dict[str, str] | None = None,
    new: dict[str, str] | None = None,
) -> None:
    with transaction.atomic():
        record(event, actor=user, workspace=None, target=user, old=old, new=new)
