"""Forms that show what Vonage said to what was asked for with them before."""

from typing import ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict

from operations.models import Draft, Operation

OF_AMOUNTS = {
    "invalid": "Write the amount as in 12.50, without signs and spaces.",
    "max_decimal_places": "At most two decimals: 12.50.",
    "max_whole_digits": "This is more than can be moved at once.",
    "max_digits": "This is more than can be moved at once.",
    "min_value": "At least 0.01 is moved.",
}
"""What is said of an amount to be moved that is none."""
_OURS = "Vonage refused the request: "
"""With this began what was kept of an answer once."""


class AnsweredForm(forms.Form):
    """A form that nobody has sent yet. blamed: the field that a refusal is about."""

    blamed: ClassVar[str] = NON_FIELD_ERRORS

    def show_refusal(self, before: Draft | Operation | None) -> None:
        """Show what Vonage said to this, unless the form was sent."""
        words = getattr(before, "detail", "").removeprefix(_OURS)
        if words and not self.is_bound:
            said = self.error_class([f"Vonage said: {words}"], renderer=self.renderer)
            self._errors = ErrorDict({self.blamed: said})
