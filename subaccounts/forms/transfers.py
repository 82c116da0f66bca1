"""The form of a transfer, and the filters of their list."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.models import Account
from operations.states import State
from subaccounts import choosing
from subaccounts.forms.answers import OF_AMOUNTS, AnsweredForm
from subaccounts.sides import primary_of
from teams.policy import Actor

TO, FROM = "to", "from"
KINDS = [("balance_transfer", "Balance"), ("credit_transfer", "Credit limit")]
WAYS = [(TO, "From the primary account to it"), (FROM, "From it to the primary account")]
ELSEWHERE = "elsewhere"
_DAY = {"type": "date", "class": "form-control"}
_DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31))]
"""What lies beyond no calendar can reckon with in every zone."""
_RADIO = {"class": "form-check-input"}


class TransferForm(AnsweredForm):
    """What is moved, which way, and how much. Rights and limits are judged by the kind."""

    blamed = "amount"
    kind = forms.ChoiceField(
        label="What", choices=KINDS, widget=forms.RadioSelect(attrs=_RADIO), initial=KINDS[0][0]
    )
    account = forms.CharField(
        label="Subaccount",
        max_length=choosing.LONGEST,
        help_text="Its API key, its name, or a part of it.",
        widget=forms.TextInput(
            attrs={"list": "accounts-known", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    way = forms.ChoiceField(
        label="Which way", choices=WAYS, widget=forms.RadioSelect(attrs=_RADIO), initial=TO
    )
    amount = forms.DecimalField(
        label="Amount in EUR",
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=OF_AMOUNTS,
    )
    memo = forms.CharField(
        label="Note",
        required=False,
        max_length=200,
        help_text="For your team. It stays here and is not sent to Vonage.",
    )
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor

    def clean_account(self) -> Account:
        """Return the subaccount that is meant, of those that the person sees."""
        try:
            return choosing.meant(self._actor, self.cleaned_data["account"])
        except choosing.NotMeantError as error:
            raise forms.ValidationError(str(error)) from error

    def asked(self) -> dict[str, Any]:
        """Return what was typed, as the fields of a draft."""
        given = self.cleaned_data
        primary = primary_of(self._actor.workspace.pk).api_key
        sides = (primary, given["account"].api_key)
        source, target = sides if given["way"] == TO else reversed(sides)
        names = ("kind", "account", "amount", "memo")
        return {
            **{name: given[name] for name in names},
            "from_key": source,
            "to_key": target,
        }


class FilterForm(forms.Form):
    """What the list of transfers is narrowed to. What makes no sense narrows nothing."""

    account = forms.CharField(required=False, max_length=64, label="API key")
    kind = forms.ChoiceField(required=False, choices=[("", "Balance and credit"), *KINDS])
    state = forms.ChoiceField(
        required=False,
        choices=[("", "In any state"), *State.choices, (ELSEWHERE, "Made elsewhere")],
    )
    person = forms.CharField(required=False, max_length=150, label="Asked for by")
    start = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs=_DAY), validators=_DAYS
    )
    end = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs=_DAY), validators=_DAYS
    )

    def wanted(self) -> dict[str, str | date]:
        """Return the filters that are set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
