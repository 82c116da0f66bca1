from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict

from accounts import matrix
from accounts.listing import BALANCES, SORTS, STATES, Wanted
from accounts.models import Tag
from teams import wording
from teams.effective import ACCOUNT_GROUPS
from teams.forms.terms import AccountsField
from teams.models import Grant, Workspace
from teams.policy import Actor
from vault.secret import Secret

LONGEST_SEARCH = 100


def offer_tags(form: forms.Form, tags: Sequence[Tag]) -> None:
    """Let people choose among these tags, or none, in the form's field `tag`."""
    field = form.fields["tag"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so
    field.choices = [("", "All tags"), *((str(each.pk), each.name) for each in tags)]


class FilterForm(forms.Form):
    """What the list is narrowed and sorted by. What makes no sense is left out, not refused."""

    q = forms.CharField(label="Search names and keys", required=False)
    state = forms.ChoiceField(
        required=False, choices=[(code, label) for code, (label, _) in STATES.items()]
    )
    balance = forms.ChoiceField(
        required=False, choices=[(code, label) for code, (label, _) in BALANCES.items()]
    )
    tag = forms.ChoiceField(required=False)
    sort = forms.ChoiceField(
        required=False, choices=[(code, each.label) for code, each in SORTS.items()]
    )
    after = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    before = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, tags: Sequence[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tags = tags
        offer_tags(self, tags)

    @property
    def offers_tags(self) -> bool:
        """There is a tag to choose."""
        return bool(self._tags)

    def clean_tag(self) -> int:
        """Return the id of the tag, 0 for none."""
        return int(self.cleaned_data["tag"] or 0)

    def clean_q(self) -> str:
        """Return what is searched for; nothing that is longer than a name finds more."""
        return str(self.cleaned_data["q"])[:LONGEST_SEARCH]

    def wanted(self) -> Wanted:
        """Return what was asked for."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return Wanted(**given)


class TagForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """The name of a new tag."""

    class Meta:
        model = Tag
        fields = ["name"]

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.workspace = workspace

    def _get_validation_exclusions(self) -> set[str]:
        """Look at the name within its workspace, too, although nobody types the workspace."""
        return super()._get_validation_exclusions() - {"workspace"}  # type: ignore[misc, no-any-return] # Django's own hook, without a type


class TaggingForm(forms.Form):
    """Accounts to put a tag on or take it off: ticked, typed, or all that a search finds."""

    typed = AccountsField(
        label="API keys or names", required=False, help_text="One account a line."
    )
    q = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["typed"].actor = actor  # type: ignore[attr-defined] # an AccountsField

    @property
    def asks_for_all(self) -> bool:
        """All that the search finds are meant, not the ticked ones."""
        return self.data.get("all") == "yes"

    @property
    def ticked(self) -> list[str]:
        """The API keys of the ticked accounts."""
        return list(self.data.getlist("account")) if isinstance(self.data, QueryDict) else []

    def searched(self) -> str:
        """Return what was searched for."""
        return str(self.cleaned_data["q"])[:LONGEST_SEARCH]


class MatrixForm(forms.Form):
    """What the access matrix is narrowed by. What makes no sense is left out, not refused."""

    q = forms.CharField(label="Search names and keys of accounts", required=False)
    person = forms.CharField(label="Search people", required=False)
    tag = forms.ChoiceField(required=False)
    group = forms.ChoiceField(required=False, choices=[(x.code, x.name) for x in ACCOUNT_GROUPS])
    after = forms.CharField(required=False, max_length=64)
    before = forms.CharField(required=False, max_length=64)
    right_of = forms.CharField(required=False, max_length=64)
    left_of = forms.CharField(required=False, max_length=64)

    def __init__(self, *args: Any, tags: Sequence[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers_tags = bool(tags)
        offer_tags(self, tags)

    def clean_tag(self) -> int:
        """Return the id of the tag, 0 for none."""
        return int(self.cleaned_data["tag"] or 0)

    def wanted(self) -> matrix.Wanted:
        """Return what was asked for."""
        return matrix.Wanted(**_given(self))


class OfMemberForm(forms.Form):
    """What the accounts of a member are narrowed by."""

    q = forms.CharField(label="Search names and keys", required=False)
    grant = forms.ChoiceField(required=False)
    after = forms.CharField(required=False, max_length=64)
    before = forms.CharField(required=False, max_length=64)

    def __init__(self, *args: Any, grants: Sequence[Grant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["grant"])
        held = [(str(each.pk), wording.short(each)) for each in grants]
        field.choices = [("", "All access"), *held]

    def asked(self) -> dict[str, str]:
        """Return what was asked for, by field; what was not, is missing."""
        return _given(self)


class PeopleForm(forms.Form):
    """About which rights, and about whom, it is asked who holds them on an account."""

    q = forms.CharField(label="Search people", required=False)
    group = forms.ChoiceField(required=False, choices=[(x.code, x.name) for x in ACCOUNT_GROUPS])

    def asked(self) -> dict[str, str]:
        """Return what was asked for, by field; the first group where none was."""
        return {"group": ACCOUNT_GROUPS[0].code, **_given(self)}


def _given(form: forms.Form) -> dict[str, Any]:
    """Return what was typed and makes sense, searches not longer than what they can find."""
    form.is_valid()
    cut = {
        name: value[:LONGEST_SEARCH] for name, value in form.cleaned_data.items() if name in _TEXTS
    }
    return {name: value for name, value in {**form.cleaned_data, **cut}.items() if value}


_TEXTS = {"q", "person"}


class ConnectForm(forms.Form):
    """API key and secret of a primary account."""

    api_key = forms.CharField(label="API key", max_length=64)
    api_secret = forms.CharField(
        label="API secret",
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Kept encrypted, and shown to nobody again.",
    )

    def secret(self) -> Secret:
        """Return the secret, wrapped so that it shows itself nowhere."""
        return Secret(cast("str", self.cleaned_data["api_secret"]))
