"""Transfers of the months before the start: what the customer gave its own customers to use.

They are in the lists and nowhere else: balances are what they are after them. The same seed,
account and month give the same transfer.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from simulator.records import Account, Transfer
from simulator.state import State

MONTHS = 13
AMOUNTS = (Decimal(20), Decimal(50), Decimal(100), Decimal(250))
_LAST_DAY = 28  # of any month


def give(state: State) -> None:
    """Put one transfer a month into the list, for every subaccount with a balance of its own."""
    now, snapshot = state.now(), state.snapshot()
    for account in snapshot.subaccounts:
        if account.funds is None:
            continue
        for month in _months(now.date()):
            transfer = _transfer(state, account, month)
            if account.created_at < transfer.created_at < now:
                state.store.transfers.rows[transfer.id] = transfer


def _transfer(state: State, account: Account, month: date) -> Transfer:
    rng = random.Random(f"{state.seed} {account.api_key} {month}")  # noqa: S311 - foreseeable
    key = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    begin = datetime(month.year, month.month, rng.randint(1, _LAST_DAY), tzinfo=UTC)
    return Transfer(
        id=key,
        kind="balance",
        source=state.primary_key,
        target=account.api_key,
        amount=rng.choice(AMOUNTS),
        reference=f"Prepayment {month:%B %Y}, {account.api_key}",
        created_at=begin + timedelta(seconds=rng.randrange(86_400)),
        request_id=key,
    )


def _months(last: date) -> Iterator[date]:
    """Yield the first days of the months, the newest first."""
    month = last.replace(day=1)
    for _ in range(MONTHS):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)
