"""A workspace's settings, and who is to own it next."""

from typing import Any

from django import forms

from teams import mailing
from teams.forms.people import time_zones
from teams.models import Member, Workspace
from teams.services.workspaces import Settings
from ui.forms import LongSelect


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """What holds in the whole workspace."""

    time_zone = forms.ChoiceField(
        required=False,
        choices=time_zones,
        widget=LongSelect,
        help_text=(
            "Months of statements go by it. Usage that was counted before keeps the zone by which "
            "it was counted; statements say so."
        ),
    )

    class Meta:
        model = Workspace
        fields = list(Settings._fields)
        help_texts = {
            "name": "Its address stays as it is.",
            "second_factor_required": (
                "Whoever can move money, see secrets or manage people sets one up before they "
                "come in. That holds for you, too."
            ),
            "single_sign_on": (
                "Members may come in through the identity provider of this installation, where "
                "there is one."
            ),
        }

    def clean_name(self) -> str:
        """Return the name in one line."""
        return mailing.one_line(self.cleaned_data["name"])

    def settings(self) -> Settings:
        """Return what was typed."""
        return Settings(**{name: self.cleaned_data[name] for name in Settings._fields})


class OfferForm(forms.Form):
    """To whom the workspace is offered."""

    member = forms.ModelChoiceField(
        label="Hand it over to", queryset=Member.objects.none(), empty_label="Choose a member"
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Member.objects.filter(workspace=workspace, suspended_at=None)
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = members.select_related("user").order_by("user__username", "pk")
        self.has_choice = members.exists()


class ReasonForm(forms.Form):
    """Why something is done to a member."""

    reason = forms.CharField(required=False, max_length=200, help_text="Kept in the activity.")
