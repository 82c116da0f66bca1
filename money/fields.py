"""A model field that keeps money exactly."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import models

from money.units import DECIMALS, from_units, to_units


class MoneyField(models.BigIntegerField):  # type: ignore[type-arg] # the stubs' field is generic, Django's is not
    """An amount as `Decimal` in Python and as whole units of 0.00000001 in the database.

    Comparisons and sums happen on the integers, so they are exact on every database.
    """

    def from_db_value(self, value: int | None, *_: object) -> Decimal | None:
        """Return the stored units as `Decimal`; sums of this field pass here too."""
        return None if value is None else from_units(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        """Return what a form or a fixture gave as `Decimal`."""
        return None if value is None else Decimal(value)

    def get_prep_value(self, value: Any) -> int | None:
        """Return the units to store; an inexact amount raises instead of being rounded."""
        return None if value is None else to_units(Decimal(value))

    def formfield(self, **kwargs: Any) -> forms.Field:
        """Return a decimal field, since people write amounts and not units."""
        return forms.DecimalField(decimal_places=DECIMALS, **kwargs)
