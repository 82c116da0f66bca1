"""A Vonage account as we know it: connection, mirror, readings, what changed without us."""

from accounts.models.account import Account, Balance
from accounts.models.connection import Connection
from accounts.models.history import Observation, Reading, TotalReading
from accounts.models.mirror import Mirror
from accounts.models.stock import MemberReading
from accounts.models.tags import AccountTag, Tag

__all__ = [
    "Account",
    "AccountTag",
    "Balance",
    "Connection",
    "MemberReading",
    "Mirror",
    "Observation",
    "Reading",
    "Tag",
    "TotalReading",
]
