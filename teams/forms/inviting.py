"""Whom to invite, and what they choose when they come."""

import re
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.forms import formset_factory

from teams import mailing
from teams.addresses import is_plain, stored
from teams.forms.people import NewLoginForm
from teams.forms.terms import TermsForm
from teams.models import Invitation, User
from teams.services.invitations import Guest, Newcomer

MOST_AT_ONCE = 50
MOST_ACCESS = 5
LONGEST_MESSAGE = 500
LONGEST_NAME = 80

_BETWEEN = re.compile(r"[\n;,]")
_GUEST = re.compile(r"(?P<bare>\S+)|(?P<name>[^<>]*)<(?P<address>\S+)>")


class InviteForm(forms.Form):
    """Addresses and a few words. What the people get is said in forms of terms beside it."""

    addresses = forms.CharField(
        label="E-mail addresses",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text="One a line, with a name if you like: Ada Berg <ada@example.com>",
    )
    message = forms.CharField(
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A few words that go into the mail. Plain text, no links.",
    )

    def clean_addresses(self) -> list[Guest]:
        """Return each address once, with the name beside it."""
        lines = filter(None, map(str.strip, _BETWEEN.split(self.cleaned_data["addresses"])))
        guests: dict[str, Guest] = {}
        for guest in map(_guest, lines):
            guests.setdefault(guest.email, guest)
        if len(guests) > MOST_AT_ONCE:
            raise forms.ValidationError(f"At most {MOST_AT_ONCE} people at once.")
        return list(guests.values())

    def clean_message(self) -> str:
        """Return the message in one line."""
        message = mailing.one_line(self.cleaned_data["message"])
        link = mailing.link_in(message)
        if link:
            raise forms.ValidationError(f"No links, please. This looks like one: {link}")
        return message


class _Access(forms.BaseFormSet):  # type: ignore[type-arg] # generic in the stubs only
    """Forms of which none but the first has to be filled in, wherever their values came from."""

    def initial_form_count(self) -> int:
        """Return 0: nothing is saved yet."""
        return 0

    def total_form_count(self) -> int:
        """Return how many forms came back, or how many there are values to begin with for."""
        if self.is_bound:
            return super().total_form_count()
        return max(self.min_num, len(self.initial or ()))


AccessFormSet = formset_factory(
    TermsForm,
    formset=_Access,
    extra=0,
    min_num=1,
    max_num=MOST_ACCESS,
    absolute_max=MOST_ACCESS,
    validate_min=True,
    validate_max=True,
)
"""One form of terms for each grant."""


class JoinForm(NewLoginForm):
    """What somebody without a login chooses. The address is the invitation's."""

    class Meta:
        model = User
        fields = ["username", "password", "time_zone"]
        widgets = {
            "username": forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none"}
            ),
        }

    def __init__(self, data: Any, *, invitation: Invitation) -> None:
        super().__init__(data, instance=User(email=invitation.email))

    def clean_username(self) -> str:
        """Refuse a name that somebody has, beside the field."""
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError("This user name is taken.")
        return name

    def newcomer(self) -> Newcomer:
        """Return what was chosen."""
        chosen = self.cleaned_data
        return Newcomer(chosen["username"], chosen["password"], chosen["time_zone"])


def _guest(line: str) -> Guest:
    """Return who is meant by `ada@example.com` or `Ada Berg <ada@example.com>`."""
    found = _GUEST.fullmatch(line)
    address = (found["bare"] or found["address"]) if found else ""
    if not _is_address(address):
        raise forms.ValidationError(f"This is no mail address in plain letters: {line[:80]}")
    name = mailing.one_line(found["name"] or "").strip('" ') if found else ""
    if len(name) > LONGEST_NAME or mailing.link_in(name):
        raise forms.ValidationError(f"This is no name of a person: {name[:80]}")
    return Guest(stored(address), name)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except forms.ValidationError:
        return False
    return is_plain(text)
