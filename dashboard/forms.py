"""What people ask of the pages over everything."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone

from audit.groups import GROUPS
from audit.models import Entry
from dashboard.activity.export import FORMATS
from dashboard.activity.position import Position
from dashboard.activity.wanted import AT_VONAGE, BY_VONAGE, Wanted

_FILTERS = ("person", "account", "group", "outcome", "since", "until")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class PositionField(forms.CharField):
    """Where a page is cut; what names no place is left out."""

    widget = forms.HiddenInput

    def clean(self, value: str | None) -> Position | None:
        """Return the place."""
        text = super().clean(value)
        try:
            return Position.parse(text) if text else None
        except ValueError:
            raise forms.ValidationError("This is no place in the list.") from None


class DayField(forms.DateField):
    """A day in the person's own zone."""

    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"})

    def clean(self, value: str | None) -> date | None:
        """Return the day; one that no calendar of ours reaches is refused."""
        day: date | None = super().clean(value)
        if day and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise forms.ValidationError("Give a day of this century.")
        return day


class ActivityForm(forms.Form):
    """What the activity is narrowed to. What makes no sense is left out, not refused."""

    person = forms.CharField(required=False, max_length=64)
    account = forms.CharField(required=False, max_length=100)
    group = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All events"),
            *((code, group.name) for code, group in GROUPS.items()),
            (AT_VONAGE, "Changes at Vonage"),
            (BY_VONAGE, "Vonage's audit"),
        ],
    )
    outcome = forms.ChoiceField(
        required=False, choices=[("", "Any outcome"), *Entry.Outcome.choices]
    )
    since = DayField(required=False, label="From")
    until = DayField(required=False, label="To")
    older = PositionField(required=False, max_length=200)
    newer = PositionField(required=False, max_length=200)

    def wanted(self) -> Wanted:
        """Return what was asked for."""
        self.is_valid()
        given = self.cleaned_data.get
        since, until = given("since"), given("until")
        return Wanted(
            person=given("person") or "",
            account=given("account") or "",
            group=given("group") or "",
            outcome=given("outcome") or "",
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
            older=given("older"),
            newer=given("newer"),
        )

    def kept(self) -> dict[str, str]:
        """Return what was asked for as it stood in the address, without the place."""
        return {name: self.data[name] for name in _FILTERS if self.cleaned_data.get(name)}


class ExportForm(ActivityForm):
    """As what, besides."""

    format = forms.ChoiceField(choices=[(code, code) for code in FORMATS])


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
