"""What somebody is to be given: a role, where, within what limits, until when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.utils import timezone

from teams import account_sets
from teams.ceilings import LIMITED, Limits, Proposal
from teams.models import Grant, Role
from teams.policy import Actor
from teams.presets import PRESETS
from teams.services.granting import Terms

Scope = Grant.Scope

LONGEST_SELECTION = 5_000
"""Lines of selected accounts that one form takes."""
MOST_SHOWN = 5
"""Names that one message tells."""

_PRESET, _OWN = "preset", "role"


def _amount(label: str, help_text: str = "") -> forms.DecimalField:
    """Return a field for EUR, as people write them."""
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=4,
        widget=forms.NumberInput(attrs={"inputmode": "decimal"}),
    )


def _moment(label: str, help_text: str) -> forms.DateTimeField:
    """Return a field for a time in the person's own zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, help_text=help_text, required=False, widget=widget)


class AccountsField(forms.CharField):
    """API keys or names of accounts that the actor sees, one a line; gives their ids."""

    actor: Actor
    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"})

    def clean(self, value: Any) -> frozenset[int]:
        """Return the ids. Names that none, or several, of the accounts have are refused."""
        wanted = list(dict.fromkeys(filter(None, map(str.strip, super().clean(value).split("\n")))))
        if len(wanted) > LONGEST_SELECTION:
            raise forms.ValidationError(f"At most {LONGEST_SELECTION:,} accounts at once.")
        ids = account_sets.named(self.actor, wanted)
        _refuse("There is no account with this name or key", (x for x in wanted if not ids[x]))
        _refuse("Several accounts have this name; give the API key", _ambiguous(ids))
        return frozenset(pk for found in ids.values() for pk in found)


class TermsForm(forms.Form):
    """The terms of one grant. It offers what the workspace has; ceilings judge what comes back."""

    role = forms.ChoiceField()
    scope = forms.ChoiceField(
        label="On which accounts",
        choices=Scope.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    tag = forms.ChoiceField(required=False)
    accounts = AccountsField(
        label="API keys or names", required=False, help_text="One account a line."
    )
    per_transfer = _amount("For each transfer")
    per_day = _amount("Within 24 hours")
    per_month = _amount("Within a month")
    approval_above = _amount(
        "Needs an approval above", "Somebody else has to agree to larger transfers."
    )
    with_primary = forms.BooleanField(
        label="May move money between these accounts and the primary account",
        required=False,
        help_text="Within the limits above. It shows nothing of the primary account.",
    )
    starts_at = _moment("From", "Empty: at once.")
    ends_at = _moment("Until", "Told 7 days and 1 day before. Empty: no end.")
    may_pass_on = forms.BooleanField(
        label="May pass it on",
        required=False,
        help_text="May give others as much as this, and no more.",
    )
    reason = forms.CharField(required=False, max_length=200, help_text="Kept in the activity.")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._roles = {
            f"{_OWN}:{each.pk}": each
            for each in Role.objects.filter(workspace=actor.workspace).order_by("name")
        }
        self._choice("role").choices = _roles_to_choose(self._roles)
        tags = [(str(each.pk), each.name) for each in account_sets.visible_tags(actor)]
        self._choice("tag").choices = [("", "Choose a tag"), *tags]
        self.fields["accounts"].actor = actor  # type: ignore[attr-defined] # an AccountsField

    def clean_ends_at(self) -> datetime | None:
        """Refuse an end that is over: it would give nothing."""
        end: datetime | None = self.cleaned_data["ends_at"]
        if end and end <= timezone.now():
            raise forms.ValidationError("This is over. Choose a time to come.")
        return end

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen accounts need, and for an end after the beginning."""
        given = self.cleaned_data
        for scope, name in ((Scope.TAG, "tag"), (Scope.SELECTED, "accounts")):
            if given.get("scope") == scope and name not in self.errors and not given.get(name):
                self.add_error(name, "Say which.")
        if given.get("with_primary") and (fault := self._fault_with_primary()):
            self.add_error("with_primary", fault)
        start, end = given.get("starts_at"), given.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must come after the beginning.")
        return given

    def terms(self) -> Terms:
        """Return what was typed. What belongs to another choice of accounts is left out."""
        given = self.cleaned_data
        kind, _, code = given["role"].partition(":")
        scope = given["scope"]
        return Terms(
            scope=scope,
            preset=code if kind == _PRESET else "",
            role=self._roles.get(given["role"]),
            tag_id=int(given["tag"]) if scope == Scope.TAG else None,
            account_ids=given["accounts"] if scope == Scope.SELECTED else frozenset(),
            limits=Limits(*(given[name] for name in Limits._fields)),
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            may_pass_on=given["may_pass_on"],
            with_primary=given["with_primary"],
            reason=given["reason"],
        )

    @classmethod
    def for_grant(cls, grant: Grant, *, actor: Actor) -> Self:
        """Return an unbound form that shows a saved grant."""
        return cls(actor=actor, initial=shown(grant))

    @property
    def has_limits(self) -> bool:
        """Any limit was typed, is saved, or is wrong: the page shows them at once."""
        shown = any(self[name].value() not in {None, ""} for name in Limits._fields)
        return shown or bool(self["with_primary"].value())

    def _fault_with_primary(self) -> str:
        """Return why money between the accounts and the primary account makes no sense here."""
        kind, _, code = self.cleaned_data.get("role", "").partition(":")
        own = self._roles.get(f"{_OWN}:{code}")
        mask = PRESETS[code].mask if kind == _PRESET else own.mask if own else LIMITED
        if not mask & LIMITED:
            return "This role moves no money. Choose another one, or leave this out."
        if self.cleaned_data.get("scope") == Scope.ALL:
            return "The primary account is among all accounts already. Leave this out."
        return ""

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        return field


def shown(grant: Grant) -> dict[str, Any]:
    """Return a saved grant as the form's initial values."""
    saved = Proposal.of(grant)
    role = f"{_OWN}:{grant.role_id}" if grant.role_id else f"{_PRESET}:{grant.preset}"
    keys = sorted(each.api_key for each in grant.accounts.all())
    limits = zip(Limits._fields, saved.limits, strict=True)
    return {
        **{name: _plain(limit) for name, limit in limits},
        "role": role,
        "scope": grant.scope,
        "tag": grant.tag_id,
        "accounts": "\n".join(keys),
        "starts_at": grant.starts_at,
        "ends_at": grant.ends_at,
        "may_pass_on": grant.may_pass_on,
        "with_primary": grant.with_primary,
        "reason": grant.reason,
    }


def _roles_to_choose(own: dict[str, Role]) -> list[tuple[str, Any]]:
    presets = [(f"{_PRESET}:{code}", each.name) for code, each in PRESETS.items()]
    if not own:
        return [("", "Choose a role"), *presets]
    mine = [(value, role.name) for value, role in own.items()]
    return [("", "Choose a role"), ("Of this workspace", mine), ("Ready-made", presets)]


def _plain(amount: Decimal | None) -> str:
    """Return an amount as people type it, without the zeros that the database keeps."""
    return "" if amount is None else f"{amount.normalize():f}"


def _ambiguous(ids: dict[str, list[int]]) -> Iterator[str]:
    return (name for name, found in ids.items() if len(found) > 1)


def _refuse(fault: str, names: Iterable[str]) -> None:
    found = list(names)
    if found:
        shown_names = ", ".join(found[:MOST_SHOWN]) + (", …" if found[MOST_SHOWN:] else "")
        raise forms.ValidationError(f"{fault}: {shown_names}.")
