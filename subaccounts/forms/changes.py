"""The forms of new subaccounts and of changes of one."""

from decimal import Decimal
from typing import Any

from django import forms

from accounts.tagged import visible_tags
from operations.models import Draft, Operation
from subaccounts.forms.answers import OF_AMOUNTS, AnsweredForm
from subaccounts.kinds.creation import LONGEST_NAME
from teams.policy import Actor

_BOX = {"class": "form-check-input"}
_NAME = {"autocomplete": "off"}


class NoteForm(AnsweredForm):
    """A change that needs no more than a note."""

    memo = forms.CharField(
        label="Note",
        required=False,
        max_length=200,
        help_text="For your team: why. It stays here.",
    )
    token = forms.CharField(widget=forms.HiddenInput)


class RenameForm(NoteForm):
    """Another name."""

    blamed = "name"
    name = forms.CharField(
        label="New name", max_length=LONGEST_NAME, widget=forms.TextInput(attrs=_NAME)
    )
    field_order = ["name", "memo"]


class CreateForm(NoteForm):
    """A new subaccount, and what it is given once it is there."""

    name = forms.CharField(max_length=LONGEST_NAME, widget=forms.TextInput(attrs=_NAME))
    shares_balance = forms.TypedChoiceField(
        label="Its balance",
        choices=[
            ("yes", "Shares the primary account's balance"),
            ("no", "Has a balance of its own, for good"),
        ],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    funding = forms.DecimalField(
        label="First funding in EUR",
        required=False,
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        error_messages=OF_AMOUNTS,
        help_text="A second operation, asked for as soon as the account is there.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    tags = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple(attrs=_BOX)
    )
    field_order = ["name", "shares_balance", "funding", "tags", "memo"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [each.name for each in visible_tags(actor)]
        self.fields["tags"].choices = [(each, each) for each in names]  # type: ignore[attr-defined] # a choice

    def clean(self) -> dict[str, Any]:
        """Refuse money for an account that shares the primary account's."""
        given = self.cleaned_data
        if given.get("funding") and given.get("shares_balance"):
            self.add_error("funding", "An account on the shared balance has nothing of its own.")
        return given

    def wanted(self) -> dict[str, Any]:
        """Return what was typed, as an operation keeps it."""
        given = self.cleaned_data
        return {
            "name": given["name"].strip(),
            "shares_balance": given["shares_balance"],
            **({"funding": f"{given['funding']:f}"} if given["funding"] else {}),
            **({"tags": sorted(given["tags"])} if given["tags"] else {}),
        }


def typed_before(before: Draft | Operation | None) -> dict[str, Any]:
    """Return what was typed to ask for this, as the initial values of its form."""
    if before is None:
        return {}
    typed = {**before.wanted, "memo": before.memo}
    if "shares_balance" in typed:
        typed["shares_balance"] = "yes" if typed["shares_balance"] else "no"
    return typed
