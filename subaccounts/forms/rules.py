"""The rules of a workspace: what needs an approval, and what the primary account keeps."""

from decimal import Decimal
from typing import Any

from django import forms

from operations.models import Policy
from teams.ceilings import LIMITED
from teams.models import Role
from teams.policy import Actor
from teams.presets import PRESETS


class _AmountField(forms.DecimalField):
    """An amount, shown as people type it: without the zeros that the database keeps."""

    def prepare_value(self, value: Any) -> Any:
        """Return what stands in the field."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _amount(label: str, help_text: str) -> _AmountField:
    return _AmountField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg] # the stubs' form is generic, Django's is not
    """What somebody else has to agree to."""

    amount_above = _amount(
        "Every transfer above", "In EUR. Empty: no amount alone needs an approval."
    )
    roles = forms.MultipleChoiceField(
        label="Every transfer of these roles",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    class Meta:
        model = Policy
        fields = ["amount_above", "first_transfer", "own_balance", "suspensions_above", "roles"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = list(_roles(actor))  # type: ignore[attr-defined] # a choice


class GuardrailForm(forms.ModelForm):  # type: ignore[type-arg] # as above
    """What binds everybody, the primary user too."""

    primary_keeps = _amount(
        "The primary account keeps at least",
        "In EUR, balance and credit together. Empty: everything may be moved away.",
    )

    class Meta:
        model = Policy
        fields = ["primary_keeps"]


def _roles(actor: Actor) -> list[tuple[str, str]]:
    """Return the roles that can move money, by the codes that a policy keeps."""
    ready = [(f"preset:{code}", each.name) for code, each in PRESETS.items() if each.mask & LIMITED]
    own = Role.objects.filter(workspace=actor.workspace).order_by("name")
    return [*ready, *((f"own:{each.pk}", each.name) for each in own if each.mask & LIMITED)]
