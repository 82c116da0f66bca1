"""The forms of settings, of templates of them, and of accounts that a template is put on."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from account_settings import addresses, wishes
from account_settings.models import AccountSettings, Forward, Template
from account_settings.wishes import METHOD, Values
from accounts.tagged import visible_tags
from operations.errors import RefusedError
from operations.models import Operation
from subaccounts.forms.changes import NoteForm
from teams.forms.terms import AccountsField
from teams.policy import Actor

_TYPED = {"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
_VONAGES_NAMES = {
    "mo_callback_url": "moCallBackUrl",
    "dr_callback_url": "drCallBackUrl",
    METHOD: "httpForwardMethod",
}


class AddressField(forms.CharField):
    """The address of a webhook; nothing switches it off."""

    def __init__(
        self, label: str, check: Callable[[str], str] = addresses.checked, help_text: str = ""
    ) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=addresses.LONGEST,
            widget=forms.TextInput(attrs=_TYPED),
            help_text=help_text,
        )
        self._check = check

    def clean(self, value: Any) -> str:
        """Return the address."""
        try:
            return self._check(super().clean(value))
        except addresses.BadAddressError as error:
            raise forms.ValidationError(str(error)) from error


def _method(label: str, untouched: str, help_text: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", untouched), *Forward.choices],
        help_text=help_text,
    )


class SettingsForm(NoteForm):
    """Other settings for one account."""

    mo_callback_url = AddressField(
        "Inbound messages", help_text="Where Vonage reports received messages. Empty: nowhere."
    )
    dr_callback_url = AddressField(
        "Delivery receipts",
        help_text="Where Vonage reports what became of sent messages. Empty: nowhere.",
    )
    http_forward_method = _method(
        "Forward method", "As it is", "How Vonage calls both. It never shows what is set."
    )
    field_order = ["mo_callback_url", "dr_callback_url", "http_forward_method", "memo"]

    def __init__(
        self,
        sent: QueryDict | None = None,
        *,
        settings: AccountSettings,
        waiting: Values,
        shown: Values,
    ) -> None:
        super().__init__(sent, initial={**wishes.known(settings), METHOD: "", **shown})
        self.settings = settings
        self._waiting = waiting

    def wanted(self) -> Values:
        """Return what is to change. Raises `RefusedError` where that is nothing.

        A method that is chosen is always meant: nobody can see what is set.
        """
        given = {name: self.cleaned_data[name] for name in wishes.FIELDS}
        method = given.pop(METHOD)
        chosen = {METHOD: method} if method else {}
        found = wishes.changes({**self._waiting, **given}, self.settings) | chosen
        if not found:
            raise RefusedError("Nothing of this would change.")
        return found

    def say_refused(self, operation: Operation) -> None:
        """Show what Vonage said to an earlier wish beside the fields that it is about."""
        words = operation.detail.removeprefix("Vonage refused the request: ")
        named = [field for field, name in _VONAGES_NAMES.items() if name in words]
        fields = [each for each in named if each in operation.wanted]
        self.say(fields or operation.wanted, f"Vonage said: {words}")

    def say(self, fields: Iterable[str], words: str) -> None:
        """Show these words beside the fields of a form that nobody has sent yet."""
        found = {each: self.error_class([words], renderer=self.renderer) for each in fields}
        self._errors = ErrorDict(found)


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """A template of settings."""

    mo_callback_url = AddressField(
        "Inbound messages", addresses.checked_template, "Empty switches the report off."
    )
    dr_callback_url = AddressField(
        "Delivery receipts", addresses.checked_template, "Empty switches the report off."
    )
    http_forward_method = _method(
        "Forward method", "Leave it as it is", "Vonage never shows what is set."
    )

    class Meta:
        model = Template
        fields = ["name", *wishes.FIELDS]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}


class ApplyForm(forms.Form):
    """Which accounts a template is put on: those of a tag, and those that are typed."""

    tag = forms.ChoiceField(required=False)
    typed = AccountsField(
        label="API keys or names", required=False, help_text="One account a line."
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["typed"].actor = actor  # type: ignore[attr-defined] # an AccountsField
        tags = visible_tags(actor)
        field = self.fields["tag"]
        field.choices = [("", "No tag"), *((str(x.pk), x.name) for x in tags)]  # type: ignore[attr-defined] # a choice
