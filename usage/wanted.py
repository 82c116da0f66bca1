"""What a report is to hold, before there is one."""

from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Account


@dataclass(frozen=True)
class Wanted:
    """What a person wants: all of an account, or of the primary one with all subaccounts."""

    product: str
    direction: str
    account: Account
    with_subaccounts: bool
    starts_at: datetime
    ends_at: datetime
    filters: dict[str, str] = field(default_factory=dict)
