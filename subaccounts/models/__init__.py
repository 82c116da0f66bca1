"""The hierarchy of accounts: transfers as Vonage lists them, secrets of accounts being made."""

from subaccounts.models.remote import RemoteTransfer
from subaccounts.models.secrets import NewSecret, SeenSecret

__all__ = ["NewSecret", "RemoteTransfer", "SeenSecret"]
