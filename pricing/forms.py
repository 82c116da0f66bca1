"""What the lists are narrowed to. What makes no sense narrows nothing."""

from django import forms

from pricing.models import PriceChange
from pricing.products import PRODUCTS

_PRODUCTS = [(each.code, each.name) for each in PRODUCTS.values()]


class FilterForm(forms.Form):
    """Of prices."""

    q = forms.CharField(required=False, max_length=100, label="Country, network or number")
    product = forms.ChoiceField(
        required=False, choices=[("", "All products"), *_PRODUCTS], label="Product"
    )

    def wanted(self) -> dict[str, str]:
        """Return the filters that are set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ChangesForm(FilterForm):
    """Of changes."""

    kind = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All changes"),
            *((value, label.capitalize()) for value, label in PriceChange.Kind.choices),
        ],
        label="Change",
    )
