"""The forms of replacing API secrets."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.tagged import visible_tags
from api_secrets.models import SecretPolicy
from api_secrets.services import typing
from subaccounts.forms.changes import NoteForm
from teams.policy import Actor

LONGEST = timedelta(days=90)


class AddForm(NoteForm):
    """Another secret: made here, or typed."""

    secret = forms.CharField(
        label="Secret",
        required=False,
        strip=False,
        help_text="Leave it empty, and one is made here that nobody can guess. Of your own: 8 to "
        "25 characters, with a lower and an upper case letter and a digit.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "form-control"}),
    )
    field_order = ["secret", "memo"]

    def clean_secret(self) -> str:
        """Refuse what Vonage would refuse."""
        typed: str = self.cleaned_data["secret"]
        if typed and (fault := typing.fault_of(typed)):
            raise forms.ValidationError(fault)
        return typed


class RotationForm(forms.Form):
    """When the old secret goes."""

    due = forms.DateField(
        label="Revoke the old one on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        help_text="At the end of this day without anybody's word, if somebody has the new one by "
        "then. Empty: only when somebody says that the new one is in use.",
    )

    def clean_due(self) -> Any:
        """Refuse days that are over, and those too far away to be remembered."""
        day = self.cleaned_data["due"]
        if day and not timezone.localdate() <= day <= timezone.localdate() + LONGEST:
            raise forms.ValidationError("Choose a day from today on, within three months.")
        return day

    def due_at(self) -> datetime | None:
        """Return the end of the day, in the zone of whoever asks."""
        day = self.cleaned_data["due"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None


class CampaignForm(RotationForm):
    """Whose secrets are to be replaced, and why."""

    name = forms.CharField(label="Name", max_length=80, help_text="Why, in a few words.")
    whose = forms.ChoiceField(
        label="Whose secrets", widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    field_order = ["name", "whose", "due"]

    def __init__(
        self, *args: Any, actor: Actor, more: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        tags = [
            (f"tag-{each.pk}", f"Accounts with the tag {each.name}") for each in visible_tags(actor)
        ]
        choices = [("old", "All accounts with an old secret"), *more, *tags]
        self.fields["whose"].choices = choices  # type: ignore[attr-defined] # a choice


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg] # the stubs' form is generic, Django's is not
    """From when on a secret is old."""

    old_after_days = forms.IntegerField(
        label="Old after",
        min_value=1,
        max_value=3650,
        help_text="Days. Old ones are marked, and the primary user is written to once a week.",
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    class Meta:
        model = SecretPolicy
        fields = ["old_after_days"]
