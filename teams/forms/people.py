"""Forms of the first start and of one's own profile."""

import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation

from teams.models import User
from teams.services.first_start import Owner
from ui.forms import LongSelect


def time_zones() -> list[tuple[str, str]]:
    """Return the zones to choose from, the plain region names only."""
    return [("", f"As usual here: {settings.PEOPLE_TIME_ZONE}"), *_named_zones()]


@cache
def _named_zones() -> list[tuple[str, str]]:
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
    return [(name, name.replace("_", " ")) for name in names]


class NewLoginForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """What everybody chooses who gets a login."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters, and not one known from a breach.",
        max_length=128,
    )
    time_zone = forms.ChoiceField(required=False, choices=time_zones, widget=LongSelect)

    def _post_clean(self) -> None:
        """Judge the password last, when name and address are known to compare it with."""
        super()._post_clean()  # type: ignore[misc] # Django's own hook, without a type
        if "password" not in self.cleaned_data:
            return
        try:
            password_validation.validate_password(self.cleaned_data["password"], self.instance)
        except forms.ValidationError as error:
            self.add_error("password", error)


class SetupForm(NewLoginForm):
    """What the first start asks of the primary user."""

    workspace = forms.CharField(
        label="Name of the workspace",
        max_length=120,
        help_text="Usually the name of your company.",
    )

    class Meta:
        model = User
        fields = ["workspace", "username", "email", "password", "time_zone"]
        widgets = {
            "username": forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none"}
            ),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    field_order = ["workspace", "username", "email", "password", "time_zone"]

    def owner(self) -> Owner:
        """Return what was typed."""
        return Owner(**{name: self.cleaned_data[name] for name in Owner.__annotations__})


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """One's own settings."""

    time_zone = forms.ChoiceField(
        required=False,
        choices=time_zones,
        widget=LongSelect,
        help_text="Times are shown in this zone.",
    )

    class Meta:
        model = User
        fields = ["time_zone"]

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Write the changed column only."""
        if commit:
            self.instance.save(update_fields=["time_zone"])
        return self.instance
