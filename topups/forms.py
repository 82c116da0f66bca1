from decimal import Decimal
from typing import Any

from django import forms

from operations.models import Operation
from subaccounts.forms.changes import NoteForm
from topups.models import Payment
from vault.secret import Secret

LONGEST_TRX = 100


class _Unshown(forms.TextInput):
    """A field whose content is seen while it is typed, and never sent back."""

    def format_value(self, value: Any) -> None:  # noqa: ARG002 - whatever it is
        """Return that there is nothing to show."""
        return


def _amount(label: str, help_text: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=False,
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class PaymentForm(forms.Form):
    """What Vonage does not tell about auto-reload. An empty reference keeps the one noted."""

    trx = forms.RegexField(
        r"^[\x21-\x7e]+$",
        label="Reference of the payment (trx)",
        required=False,
        max_length=LONGEST_TRX,
        widget=_Unshown(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "invalid": "A reference has letters, digits and signs, without spaces.",
        },
    )
    amount = _amount(
        "Amount of that payment in EUR", "It is shown before a top-up. Vonage pays what it was."
    )
    threshold = _amount(
        "Vonage reloads below this balance, in EUR",
        "With it, a balance that stays low is noticed here. It changes nothing at Vonage.",
    )

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _initial(payment)})
        self.fields["trx"].help_text = _about_reference(payment)

    def secret(self) -> Secret | None:
        """Return the reference that was typed; None where none was."""
        typed = self.cleaned_data["trx"]
        return Secret(typed) if typed else None


class TopUpForm(NoteForm):
    """A top-up: a note, and where there was one a moment ago, that another one is meant."""

    again = forms.BooleanField(
        label="I mean another one",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    field_order = ["again", "memo"]

    def __init__(self, *args: Any, before: Operation | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = before


def _about_reference(payment: Payment) -> str:
    where = "In Vonage's dashboard, at the payment with which auto-reload was switched on."
    if not payment.trx:
        return where
    ends = f" that ends in {payment.trx_ends}" if payment.trx_ends else ""
    return f"One{ends} is kept, and not shown. Empty: it stays. {where}"


def _initial(payment: Payment) -> dict[str, str]:
    return {
        name: f"{value.normalize():f}"
        for name in ("amount", "threshold")
        if (value := getattr(payment, name)) is not None
    }
