"""What can be asked of Vonage about subaccounts: money moved, accounts made and changed."""

from operations.kinds import register
from subaccounts.kinds.changes import OwnBalance, Rename, Suspension
from subaccounts.kinds.creation import Create
from subaccounts.kinds.transfers import BalanceTransfer, CreditTransfer


def register_all() -> None:
    """Make the kinds known to the outbox."""
    for kind in (
        BalanceTransfer(),
        CreditTransfer(),
        Create(),
        Rename(),
        Suspension(),
        OwnBalance(),
    ):
        register(kind)
