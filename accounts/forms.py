from typing import cast

from django import forms

from accounts.listing import BALANCES, SORTS, STATES, Wanted
from vault.secret import Secret

LONGEST_SEARCH = 100


class FilterForm(forms.Form):
    """What the list is narrowed and sorted by. What makes no sense is left out, not refused."""

    q = forms.CharField(label="Search names and keys", required=False)
    state = forms.ChoiceField(
        required=False, choices=[(code, label) for code, (label, _) in STATES.items()]
    )
    balance = forms.ChoiceField(
        required=False, choices=[(code, label) for code, (label, _) in BALANCES.items()]
    )
    sort = forms.ChoiceField(
        required=False, choices=[(code, each.label) for code, each in SORTS.items()]
    )
    after = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    before = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_q(self) -> str:
        """Return what is searched for; nothing that is longer than a name finds more."""
        return str(self.cleaned_data["q"])[:LONGEST_SEARCH]

    def wanted(self) -> Wanted:
        """Return what was asked for."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return Wanted(**given)


class ConnectForm(forms.Form):
    """API key and secret of a primary account."""

    api_key = forms.CharField(label="API key", max_length=64)
    api_secret = forms.CharField(
        label="API secret",
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Kept encrypted, and shown to nobody again.",
    )

    def secret(self) -> Secret:
        """Return the secret, wrapped so that it shows itself nowhere."""
        return Secret(cast("str", self.cleaned_data["api_secret"]))
