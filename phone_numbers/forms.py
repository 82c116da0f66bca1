"""The filters of the list of numbers, and where chosen ones go."""

import re
from typing import Any

from django import forms

from accounts.models import Account
from phone_numbers.listing import in_sight, is_id
from phone_numbers.models import Number
from teams.capabilities import Capability
from teams.policy import Actor

MOST = 100
"""So many numbers are moved at once."""
PRIMARY = "primary"
"""What stands for the primary account where its API key does not: not everybody sees it."""
FEATURES = [("", "Whatever it can do"), ("SMS", "SMS"), ("VOICE", "Voice"), ("MMS", "MMS")]


class FilterForm(forms.Form):
    """What the list is narrowed to. What makes no sense narrows nothing."""

    digits = forms.CharField(required=False, max_length=40, label="Digits of the number")
    account = forms.CharField(required=False, max_length=64, label="API key")
    country = forms.ChoiceField(required=False)
    feature = forms.ChoiceField(required=False, choices=FEATURES)

    def __init__(self, *args: Any, countries: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Every country"), *((each, each) for each in countries)]
        self.fields["country"].choices = choices  # type: ignore[attr-defined] # a choice

    def wanted(self) -> dict[str, str]:
        """Return the filters that are set; of a number only its digits."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if "digits" in found:
            found["digits"] = re.sub(r"\D", "", found["digits"])
        return {name: value for name, value in found.items() if value}


class _NumbersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # generic in the stubs only
    """Rows by their ids."""

    def clean(self, value: Any) -> Any:
        """Return the rows, or refuse an id that none can have."""
        for each in value or []:
            if not is_id(each):
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], params={"value": each}
                )
        return super().clean(value)


class TransferForm(forms.Form):
    """Which numbers go to which account."""

    number = _NumbersField(
        label="Numbers",
        queryset=Number.objects.none(),
        error_messages={"required": "Choose at least one number."},
    )
    to = forms.CharField(
        label="To which account",
        max_length=64,
        help_text="Its API key, or “primary”. Numbers go from the primary account to a subaccount, "
        "or back.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    memo = forms.CharField(
        label="Note",
        required=False,
        max_length=200,
        help_text="For your team: why. It stays here.",
    )
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor
        numbers = in_sight(actor).select_related("account").order_by("msisdn", "pk")
        self.fields["number"].queryset = numbers  # type: ignore[attr-defined] # a choice of rows

    def clean_number(self) -> list[Number]:
        """Refuse more than can be looked at."""
        chosen = list(self.cleaned_data["number"])
        if len(chosen) > MOST:
            raise forms.ValidationError(f"At most {MOST} numbers are moved at once.")
        return chosen

    def clean_to(self) -> Account:
        """Return the account, where the person sees it; the primary account without seeing it."""
        key = self.cleaned_data["to"].strip()
        seen = Account.objects.visible_to(self._actor, Capability.ACCOUNT_VIEW)
        rows = seen.listed().filter(api_key=key)
        if key.lower() == PRIMARY:
            rows = Account.objects.filter(workspace=self._actor.workspace, is_primary=True)
        found: Account | None = rows.first()
        if found is None:
            raise forms.ValidationError("You see no account with this API key.")
        return found
