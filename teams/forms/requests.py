"""Asking for a right, and saying no."""

from django import forms

from teams.capabilities import Capability

_LONGEST = 300


class AskForm(forms.Form):
    """Which right, on which account where it is about one, and why."""

    capability = forms.ChoiceField(choices=[(each.value, each.description) for each in Capability])
    account = forms.CharField(required=False, max_length=64)
    note = forms.CharField(required=False, max_length=_LONGEST)

    def right(self) -> Capability:
        """Return the right that is asked for."""
        code = self.cleaned_data["capability"]
        return next(each for each in Capability if each.value == code)


class DeclineForm(forms.Form):
    """Why not."""

    answer = forms.CharField(
        max_length=_LONGEST, error_messages={"required": "Say why not, in a sentence."}
    )
