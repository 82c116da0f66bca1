"""The list of all subaccounts, written once and rewritten only where something changed.

One answer holds up to 100,000 accounts, and a mirror asks for it again and again.
"""

import threading
from dataclasses import replace
from datetime import timedelta

from simulator import wire
from simulator.exchange import Body
from simulator.money import Funds
from simulator.records import Account, Snapshot
from simulator.state import State


class Listing:
    """The body of `GET /accounts/{k}/subaccounts` for the present state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._version = -1
        self._body = Body(b"")
        self._written: dict[str, tuple[Account, bytes]] = {}

    def body(self) -> Body:
        """Return the body, the same object as long as nothing has changed."""
        with self._lock:
            if self._version != self._state.version:
                snapshot = self._state.snapshot()
                self._body = Body(self._write(snapshot))
                self._version = snapshot.version
            return self._body

    def stale_body(self, seconds: float) -> Body:
        """Return the body without the subaccounts of the last `seconds`: for a fault."""
        snapshot = self._state.snapshot()
        until = self._state.now() - timedelta(seconds=seconds)
        seen = tuple(a for a in snapshot.subaccounts if a.created_at <= until)
        with self._lock:
            return Body(self._write(replace(snapshot, subaccounts=seen)))

    def _write(self, snapshot: Snapshot) -> bytes:
        primary_key = snapshot.primary.api_key
        head = wire.dumps(
            {
                "_links": {"self": {"href": f"/accounts/{primary_key}/subaccounts"}},
                **_totals(snapshot.totals()),
                "_embedded": {
                    "primary_account": primary_object(snapshot.primary),
                    "subaccounts": [],
                },
            }
        )
        opening, closing = head[: -len("]}}")], head[-len("]}}") :]
        items = b",".join([self._item(account, primary_key) for account in snapshot.subaccounts])
        return opening.encode() + items + closing.encode()

    def _item(self, account: Account, primary_key: str) -> bytes:
        written = self._written.get(account.api_key)
        if written is not None and written[0] is account:
            return written[1]
        item = wire.dumps(subaccount_object(account, primary_key=primary_key)).encode()
        self._written[account.api_key] = (account, item)
        return item


def subaccount_object(account: Account, *, primary_key: str) -> dict[str, object]:
    """Return a subaccount as recorded; balance and credit limit are null where shared."""
    return {
        "api_key": account.api_key,
        "primary_account_api_key": primary_key,
        "use_primary_account_balance": account.funds is None,
        "name": account.name,
        **_money(account.funds),
        "suspended": account.suspended,
        "created_at": wire.whole_seconds(account.created_at),
    }


def primary_object(account: Account) -> dict[str, object]:
    """Return the primary account as the list holds it: without a primary, without the flag."""
    return {
        "api_key": account.api_key,
        "name": account.name,
        **_money(account.funds),
        "suspended": account.suspended,
        "created_at": wire.exact_time(account.created_at),
    }


def _money(funds: Funds | None) -> dict[str, object]:
    if funds is None:
        return {"balance": None, "credit_limit": None}
    return {
        "balance": wire.four_decimals(funds.balance),
        "credit_limit": wire.four_decimals(funds.credit_limit),
    }


def _totals(funds: Funds) -> dict[str, object]:
    return {f"total_{name}": value for name, value in _money(funds).items()}
