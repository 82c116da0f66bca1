"""What is ordered, and what lists are narrowed to."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MinValueValidator

from accounts.models import Account
from teams.capabilities import Capability
from teams.policy import Actor
from usage.products import FILTERS, PRODUCTS
from usage.seeing import holds_on_all
from usage.services import daily, windows
from usage.wanted import Wanted

_PRODUCTS = [(each.code, each.name) for each in PRODUCTS.values()]
_MOST_DAYS = timedelta(days=718)
"""So many days, and one, are shown at once."""
_EARLIEST = date(2000, 1, 1)
"""A year is typed digit by digit, and the form is sent meanwhile: 0002 is none that is meant."""
_ALL = "The primary account and all subaccounts"


class FilterForm(forms.Form):
    """What the list of reports is narrowed to. What makes no sense narrows nothing."""

    product = forms.ChoiceField(required=False, choices=[("", "All products"), *_PRODUCTS])
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "In any state"),
            ("open", "Under way"),
            ("ready", "Ready"),
            ("failed", "With a problem"),
            ("over", "Over"),
        ],
    )
    mine = forms.ChoiceField(required=False, choices=[("", "By anybody"), ("yes", "By me")])

    def wanted(self) -> dict[str, str]:
        """Return the filters that are set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SumsForm(forms.Form):
    """What the sums are narrowed to. What makes no sense narrows nothing."""

    by = forms.ChoiceField(
        required=False,
        choices=[
            ("product", "By product"),
            ("account", "By account"),
            ("country", "By country"),
            ("day", "By day"),
        ],
    )
    product = forms.ChoiceField(required=False, choices=[("", "All products"), *_PRODUCTS])
    country = forms.CharField(required=False, max_length=8)
    account = forms.CharField(required=False, max_length=64)
    first_day, last_day = (
        forms.DateField(
            required=False,
            widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            validators=[MinValueValidator(_EARLIEST)],
        )
        for _ in range(2)
    )

    def wanted(self) -> dict[str, str]:
        """Return the filters that are set, as texts of an address."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def window(self) -> tuple[date, date]:
        """Return the first and the last day: the last 30 that are over, unless said otherwise."""
        self.is_valid()
        yesterday = windows.today() - timedelta(days=1)
        last = min(self.cleaned_data.get("last_day") or yesterday, windows.today())
        first = self.cleaned_data.get("first_day") or last - timedelta(days=29)
        return max(min(first, last), last - _MOST_DAYS), last


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))


class OrderForm(forms.Form):
    """A report. Days are days of UTC."""

    product = forms.ChoiceField(choices=_PRODUCTS)
    direction = forms.ChoiceField(
        required=False,
        choices=[("", "Both"), ("outbound", "Outbound"), ("inbound", "Inbound")],
        help_text="SMS and Messages are reported for one direction at a time.",
    )
    scope = forms.ChoiceField(label="Accounts", choices=[])
    account = forms.CharField(
        label="API key of the account",
        required=False,
        max_length=64,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    first_day = _day("From")
    last_day = _day("To, inclusive")
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor
        self.has_all = holds_on_all(actor, Capability.REPORT_RUN)
        choices = [("one", "One account"), *([("all", _ALL)] if self.has_all else [])]
        self.fields["scope"].choices = choices  # type: ignore[attr-defined] # a choice
        for name, label in FILTERS.items():
            self.fields[f"with_{name}"] = forms.CharField(
                label=label, required=False, max_length=100
            )

    @property
    def filters(self) -> list[forms.BoundField]:
        """The fields by which a report can be narrowed."""
        return [self[f"with_{name}"] for name in FILTERS]

    @property
    def is_narrowed(self) -> bool:
        """Whether one of them is filled in."""
        return any(each.value() or each.errors for each in self.filters)

    def clean(self) -> dict[str, Any]:
        """Refuse what Vonage would refuse."""
        given = self.cleaned_data
        if product := PRODUCTS.get(given.get("product", "")):
            if product.directed and not given.get("direction"):
                self.add_error("direction", f"{product.name} needs a direction.")
            elif given.get("direction") and not product.directed:
                self.add_error("direction", f"{product.name} comes in both directions only.")
            for name in FILTERS:
                if given.get(f"with_{name}") and name not in product.filters:
                    self.add_error(f"with_{name}", f"{product.name} cannot be narrowed by this.")
        self._clean_days(given.get("first_day"), given.get("last_day"))
        self._clean_account(given)
        return given

    def wanted(self) -> Wanted:
        """Return what is wanted, of a form that is valid."""
        given = self.cleaned_data
        starts_at, ends_at = windows.window(given["first_day"], given["last_day"])
        return Wanted(
            product=given["product"],
            direction=given["direction"],
            account=given["found"],
            with_subaccounts=given["scope"] == "all",
            starts_at=starts_at,
            ends_at=ends_at,
            filters={name: text for name in FILTERS if (text := given[f"with_{name}"])},
        )

    def _clean_days(self, first: date | None, last: date | None) -> None:
        if first is None or last is None:
            return
        today = windows.today()
        if last > today:
            self.add_error("last_day", "That day has not come yet.")
        elif first > last:
            self.add_error("first_day", "The first day is after the last one.")
        elif first < today - windows.LONGEST:
            self.add_error("first_day", "Vonage keeps records for 13 months.")
        elif len(set(windows.window(first, last))) == 1:
            self.add_error("last_day", "This day has only just begun.")

    def _clean_account(self, given: dict[str, Any]) -> None:
        """Find the account, where the person may order reports on it."""
        may = Account.objects.visible_to(self._actor, Capability.REPORT_RUN).listed()
        if given.get("scope") == "all":
            given["found"] = may.filter(is_primary=True).first()
        elif given.get("scope") == "one":
            given["found"] = may.filter(api_key=given.get("account", "").strip()).first()
            if given["found"] is None:
                self.add_error("account", "You can order reports on no account with this API key.")
        if given.get("scope") == "all" and given["found"] is None:
            self.add_error("scope", "The primary account is not known yet.")


def _records(label: str, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, min_value=0, max_value=10**15
    )


class BudgetForm(forms.Form):
    """How many records may be ordered in a month."""

    per_month = _records(
        "Records a month, together", "Of the whole workspace. Empty: as many as people like."
    )
    per_person = _records(
        "Records a month, each person", "Of everybody who orders reports. Empty: no limit."
    )


class KeepingForm(forms.Form):
    """How long what was read from Vonage is kept."""

    report_days = forms.IntegerField(
        label="Days that the file of a report is kept",
        help_text="1 to 90. A shorter time counts for files that are here already.",
        min_value=1,
        max_value=90,
    )
    log_hours = forms.IntegerField(
        label="Hours that records found by log search are kept",
        help_text="1 to 72.",
        min_value=1,
        max_value=72,
    )


class DailyForm(forms.Form):
    """What is ordered every day. Nothing: it is switched off."""

    what = forms.MultipleChoiceField(
        required=False,
        choices=[(each.code, each.name) for each in daily.CHOICES.values()],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
