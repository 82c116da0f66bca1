"""What the list of the team is narrowed by."""

from django import forms

from teams.presets import PRESETS

LONGEST_SEARCH = 100

STATES = (
    ("", "All states"),
    ("active", "Active"),
    ("suspended", "Locked out"),
    ("no_access", "Without access"),
    ("no_factor", "Without a second factor"),
)


class RosterForm(forms.Form):
    """What the list is narrowed by. What makes no sense is left out, not refused."""

    q = forms.CharField(label="Search names and addresses", required=False)
    state = forms.ChoiceField(required=False, choices=STATES)
    role = forms.ChoiceField(
        required=False,
        choices=[("", "All roles"), *((code, each.name) for code, each in PRESETS.items())],
    )
    after = forms.CharField(required=False, max_length=200)
    before = forms.CharField(required=False, max_length=200)

    def clean_q(self) -> str:
        """Return what is searched for; nothing that is longer than an address finds more."""
        return str(self.cleaned_data["q"]).replace("\0", "")[:LONGEST_SEARCH]

    def wanted(self) -> dict[str, str]:
        """Return what was asked for, by field; what was not, is missing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
