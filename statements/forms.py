"""What people choose: a month, a price, when statements are made."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import Tag
from statements.models import PriceList, Schedule
from teams.models import Workspace
from usage.products import DIRECTIONS, PRODUCTS

_FIRST, _LAST = 2000, 2099
_FACTOR: dict[str, Any] = {"max_digits": 10, "decimal_places": 4, "min_value": Decimal("0.0001")}


class MonthForm(forms.Form):
    """A month, as `2026-10`."""

    month = forms.DateField(input_formats=["%Y-%m"])

    def clean_month(self) -> date:
        """Return the first day, of this century."""
        found: date = self.cleaned_data["month"]
        if not _FIRST <= found.year <= _LAST:
            raise forms.ValidationError("There is no such month.")
        return found


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """When statements are made by themselves."""

    day = forms.IntegerField(
        label="Day of the month",
        min_value=1,
        max_value=28,
        help_text="At 6 in the morning, of the month before, by the clock of the workspace.",
    )

    class Meta:
        model = Schedule
        fields = ["makes", "mails", "day"]
        help_texts = {
            "mails": (
                "To members who see usage of an account by a grant on selected accounts or on a "
                "tag, each as that person may see it."
            ),
        }


class PriceListForm(forms.Form):
    """A price list for a tag that has none."""

    tag = forms.ModelChoiceField(queryset=Tag.objects.none(), empty_label="Choose a tag")
    factor = forms.DecimalField(
        required=False,
        help_text="Of the cost, e.g. 1.25. Empty: what no rate names has no resale price.",
        **_FACTOR,
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Tag.objects.filter(workspace=workspace, price_list=None).order_by("name")
        field = self.fields["tag"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = free


class FactorForm(forms.Form):
    """The factor of a list."""

    factor = forms.DecimalField(
        required=False,
        help_text="Of the cost, e.g. 1.25. Empty: what no rate names has no resale price.",
        **_FACTOR,
    )


class RateForm(forms.Form):
    """A rate of a list; the same product, direction and country again replaces it."""

    product = forms.ChoiceField(choices=[(each.code, each.name) for each in PRODUCTS.values()])
    direction = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((each, each) for each in DIRECTIONS)]
    )
    country = forms.RegexField(
        regex=r"^[A-Za-z]{2}\Z",
        required=False,
        max_length=2,
        help_text="Two letters, e.g. DE. Empty: any.",
    )
    amount = forms.DecimalField(
        label="EUR per record", min_value=0, max_digits=16, decimal_places=8
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a direction where usage has none: no record would ever go by that rate."""
        given = self.cleaned_data
        product = PRODUCTS.get(given.get("product", ""))
        if product and given.get("direction") and not product.directed:
            self.add_error("direction", f"{product.name}: both directions go by one rate.")
        return given

    def rate(self, price_list: PriceList) -> dict[str, Any]:
        """Return what names the rate, and its amount."""
        given = self.cleaned_data
        return {**given, "country": given["country"].upper(), "price_list": price_list}
