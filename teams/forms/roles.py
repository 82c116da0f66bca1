"""A role by levels, one choice for each group of rights."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from teams.capabilities import Mask
from teams.levels import GROUPS, Group, Level, levels_in, mask_of_levels
from teams.models import Role, Workspace

_PREFIX = "level_"


class RoleForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """The name of a role, and its levels."""

    class Meta:
        model = Role
        fields = ["name"]

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.workspace = workspace
        held = dict_of_levels(self.instance.mask or 0)
        for group in GROUPS.values():
            self.fields[_PREFIX + group.code] = _choice(group, held[group.code])

    @property
    def levels(self) -> Iterator[forms.BoundField]:
        """The fields of the groups."""
        return (self[_PREFIX + code] for code in GROUPS)

    def clean(self) -> dict[str, Any]:
        """Refuse a role that gives nothing."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.mask():
            raise forms.ValidationError("Choose a level in one group at least.")
        return given

    def mask(self) -> Mask:
        """Return what the chosen levels come to."""
        given: Mapping[str, str] = self.cleaned_data
        return mask_of_levels({code: Level(given[_PREFIX + code]) for code in GROUPS})

    def _get_validation_exclusions(self) -> set[str]:
        """Look at the name within its workspace, too, although nobody types the workspace."""
        return super()._get_validation_exclusions() - {"workspace"}  # type: ignore[misc, no-any-return] # Django's own hook, without a type


def dict_of_levels(mask: Mask) -> dict[str, Level]:
    """Return the level of each group by the group's code."""
    return {group.code: level for group, level in levels_in(mask)}


def _choice(group: Group, held: Level) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=group.name,
        choices=[(level.value, level.value.capitalize()) for level in group.masks],
        initial=held.value,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
