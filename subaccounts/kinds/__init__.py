"""What can be asked of Vonage about subaccounts: money moved, accounts made and changed."""

from operations.kinds import register
from subaccounts.kinds.transfers import BalanceTransfer, CreditTransfer


def register_all() -> None:
    """Make the kinds known to the outbox."""
    for kind in (BalanceTransfer(), CreditTransfer()):
        register(kind)
