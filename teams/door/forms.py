"""allauth's forms of the door, with our limits and our rules about what counts once."""

from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from allauth.account.forms import ResetPasswordForm, ResetPasswordKeyForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.forms import SignupForm as SocialSignupForm
from django import forms
from django.db import transaction
from django.http import HttpRequest

from audit.events import Event
from audit.models import Entry
from audit.writing import record
from teams.door import factors, limits, resets
from teams.door.later import later

if TYPE_CHECKING:
    from teams.models import User

_CODE = {"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "none"}


class _CodeCountsOnce(forms.Form):
    """Takes a code of an authenticator app or a recovery code, once, and not too often."""

    user: "User"
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget = forms.TextInput(attrs=_CODE)
        self.fields["code"].max_length = 64  # type: ignore[attr-defined] # a CharField

    def clean_code(self) -> str:
        """Return the code; raise `LimitReachedError` after too many wrong ones."""
        who = str(self.user.pk)
        limits.count(limits.FACTOR, who)
        code: str = super().clean_code()  # type: ignore[misc] # allauth's form beside this one
        if self.authenticator.type == factors.Type.TOTP and not factors.use_up(
            self.authenticator, code
        ):
            raise get_adapter().validation_error("incorrect_code")
        limits.forgive(limits.FACTOR, who)
        return code


class SecondFactorForm(_CodeCountsOnce, AuthenticateForm):  # type: ignore[misc] # allauth carries no types
    """The code at sign-in."""


class ConfirmByCodeForm(_CodeCountsOnce, ReauthenticateForm):  # type: ignore[misc] # as above
    """The code that confirms who somebody is."""


class NewAppForm(ActivateTOTPForm):  # type: ignore[misc] # as above
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        # Not allauth's constructor, which leaves the seed readable in the session.
        forms.Form.__init__(self, *args, **kwargs)
        self.user = user
        request = context.request
        offer = factors.seed_on_offer if self.is_bound else factors.new_seed
        self.secret = offer(request)

    def clean_code(self) -> str:
        """Return the code; raise `LimitReachedError` after too many wrong ones."""
        who = f"new/{self.user.pk}"
        limits.count(limits.FACTOR, who)
        try:
            code: str = super().clean_code()
        except forms.ValidationError:
            self._write_down()
            raise
        limits.forgive(limits.FACTOR, who)
        return code

    def _write_down(self) -> None:
        with transaction.atomic():
            record(
                Event.FACTOR_ADDED,
                actor=self.user,
                workspace=None,
                target=self.user,
                outcome=Entry.Outcome.REFUSED,
                reason="wrong code of the new app",
            )


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc] # as above
    """A new passkey, which lets in alone unless the person takes that back."""

    passwordless = forms.BooleanField(
        label="Sign in with it alone, without name and password",
        required=False,
        initial=True,
    )


class AskForResetForm(ResetPasswordForm):  # type: ignore[misc] # as above
    """The address to which the link of a reset is sent."""

    def clean_email(self) -> str:
        """Return the address; raise `LimitReachedError` where one network asks too often."""
        limits.count(limits.RESET, limits.network())
        email: str = super().clean_email()
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Do after the answer whatever is to be done, so that its time tells nothing."""
        work, surroundings = super().save, copy_context()
        later(lambda: surroundings.run(work, request, **kwargs))
        email: str = self.cleaned_data["email"]
        return email


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc] # as above
    """The new password that a link allows to choose, once."""

    user: "User"

    def clean(self) -> dict[str, Any]:
        """Use the link up last, when everything else is right."""
        cleaned: dict[str, Any] = super().clean()
        if not self.errors and not resets.use_up(self.user):
            raise forms.ValidationError("This link was used a moment ago. Nothing was changed.")
        return cleaned


class LoginBySingleSignOnForm(SocialSignupForm):  # type: ignore[misc] # as above
    """Asks the invited for a user name; the address is the one that the provider proved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].disabled = True
