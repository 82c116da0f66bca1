"""Every right there is, `noun.verb`."""

from enum import StrEnum
from typing import Self


class Capability(StrEnum):
    """One atomic right. The description is what a person reads when it is missing."""

    description: str

    def __new__(cls, code: str, description: str) -> Self:
        """Keep the description beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.description = description
        return member

    ACCOUNT_VIEW = "account.view", "see accounts"
    BALANCE_VIEW = "balance.view", "see balances and credit limits"
    BALANCE_HISTORY = "balance.history", "see how balances developed"
    CONNECTION_MANAGE = "connection.manage", "connect the workspace to Vonage"
