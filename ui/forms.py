"""Form fields as components: label, control, help and errors that belong together."""

from collections.abc import Container, Iterable
from functools import cached_property
from html import escape
from typing import Any

from django.forms import BoundField, CheckboxInput, Select
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


class LongSelect(Select):
    """A choice of hundreds: drawn without a template for each option, which would take a while."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002 - Django's signature
        """Return the control with the current value chosen."""
        options = drawn_options(self.choices, {str(each) for each in self.format_value(value)})
        attributes = self.build_attrs({**self.attrs, "name": name}, attrs)
        return format_html("<select{}>{}</select>", flatatt(attributes), options)


def drawn_options(choices: Iterable[tuple[Any, Any]], chosen: Container[str]) -> SafeString:
    """Return the options of a select; a template for each of them would take a while."""
    drawn = (_option(str(code), str(label), str(code) in chosen) for code, label in choices)
    return mark_safe("".join(drawn))  # noqa: S308 - escaped one by one


def _option(code: str, label: str, is_chosen: bool) -> str:  # noqa: FBT001 - one of a loop's values
    return f'<option value="{escape(code)}"{" selected" * is_chosen}>{escape(label)}</option>'


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
