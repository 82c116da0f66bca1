"""When an account is said to need a look."""

from decimal import Decimal

from money.units import to_units

LOW = Decimal(10)
"""EUR: an account with a balance of its own that can spend less is called low."""

LOW_UNITS = to_units(LOW)
