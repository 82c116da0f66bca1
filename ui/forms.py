"""Form fields as components: label, control, help and errors that belong together."""

from functools import cached_property

from django.forms import BoundField, CheckboxInput, Select
from django.utils.safestring import SafeString


class Field:
    """A bound field with what its template asks for."""

    def __init__(
        self,
        bound: BoundField,
        attributes: dict[str, str | bool],
        *,
        label: str = "",
        needed: bool = False,
    ) -> None:
        self.bound = bound
        self._needed = needed
        self.label = label or bound.label
        self._attributes = {name.replace("_", "-"): value for name, value in attributes.items()}

    @property
    def is_checkbox(self) -> bool:
        """A box to tick stands before its label."""
        return isinstance(self.bound.field.widget, CheckboxInput)

    @property
    def is_required(self) -> bool:
        """The form is not accepted without it."""
        return self.bound.field.required or self._needed

    @cached_property
    def control(self) -> SafeString:
        """The input. The first one with an error takes the focus, also without script."""
        classes = [self._css_class, *(["is-invalid"] if self.bound.errors else [])]
        own = self.bound.field.widget.attrs.get("class", "")
        attributes = {**self._attributes, "class": " ".join([*classes, own]).strip()}
        if self._is_first_error:
            attributes["autofocus"] = True
        return self.bound.as_widget(attrs=attributes)

    @property
    def _css_class(self) -> str:
        widget = self.bound.field.widget
        if isinstance(widget, Select):
            return "form-select"
        return "form-check-input" if self.is_checkbox else "form-control"

    @property
    def _is_first_error(self) -> bool:
        form = self.bound.form
        wrong = [name for name in form.fields if name in form.errors]
        return wrong[:1] == [self.bound.name]
