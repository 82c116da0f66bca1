"""What the simulated Vonage knows: one primary account, its subaccounts, their money.

Accounts are immutable; a change replaces the account in one mutation of the store. So a reader
holds a consistent picture without waiting, and a cache knows by identity what has changed.
"""

import secrets
import threading
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator import api_secrets, money, origin
from simulator.ledger import Ledger
from simulator.money import Funds
from simulator.records import Account, Snapshot, Switches, Transfer, TransferKind
from simulator.store import SIMULATOR, Draft, Flow, Store


class UnknownAccountError(LookupError):
    """No account has this API key."""


class ForbiddenTransferError(Exception):
    """Money moves only between the primary account and a subaccount with its own balance."""


class OwnBalanceError(Exception):
    """The account has its own balance already; that step is taken once and for good."""


class TooManySubaccountsError(Exception):
    """The tier of the primary account allows no further subaccount."""


def utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


class State:
    """The accounts and the rules between them. Every method is atomic and thread-safe.

    Methods that name an account raise UnknownAccountError where its key does not exist.
    Several changes inside `with state.change("…"):` are one.
    """

    def __init__(
        self,
        *,
        primary: Account,
        subaccounts: Iterable[Account] = (),
        provisioned: bool = True,
        clock: Callable[[], datetime] = utc_now,
        seed: str = "1",
    ) -> None:
        if primary.funds is None:
            raise ValueError("A primary account has funds of its own.")
        self.primary_key = primary.api_key
        self.seed = seed  # of everything that is made up on demand: numbers, records of usage
        self.clock = clock
        self.store = Store(self.now)
        self.store.accounts.rows.update({a.api_key: a for a in (primary, *subaccounts)})
        self.store.switches.rows[SIMULATOR] = Switches(provisioned=provisioned)
        self.ledger = Ledger(self.store)
        self.ledger.open(self.store.accounts.rows.values())

    # Reading

    @property
    def lock(self) -> threading.RLock:
        """Hold it to read several things as of one moment."""
        return self.store.lock

    @property
    def version(self) -> int:
        """A number that differs as soon as anything has changed."""
        return self.store.version

    def now(self) -> datetime:
        """Return the time of this Vonage, which may be off the true one."""
        return self.clock() + timedelta(seconds=self.switches.clock_offset)

    def snapshot(self) -> Snapshot:
        """Return everything as it is now."""
        with self.lock:
            primary, *subaccounts = self.store.accounts.rows.values()
            return Snapshot(self.version, primary, tuple(subaccounts))

    def account(self, api_key: str) -> Account:
        """Return the account, primary or subaccount."""
        account = self.store.get(self.store.accounts, api_key)
        if account is None:
            raise UnknownAccountError(f"No account has the API key {api_key!r}.")
        return account

    def payer(self, api_key: str) -> Account:
        """Return the account that pays for this one: itself, or the primary account."""
        with self.lock:
            account = self.account(api_key)
            return self.account(self.primary_key) if account.funds is None else account

    def funds(self, api_key: str) -> Funds:
        """Return the funds that this account lives on (the primary account's where shared)."""
        funds = self.payer(api_key).funds
        assert funds is not None, "a payer owns funds"  # noqa: S101 - for the type checker
        return funds

    def authenticate(self, *, api_key: str, secret: str) -> Account | None:
        """Return the account of these credentials, or None where they are wrong."""
        account = self.store.get(self.store.accounts, api_key)
        if account is None:
            return None
        known = (api_secrets.matches(s, api_key=api_key, text=secret) for s in account.secrets)
        return account if any(known) else None

    # Changing

    def change(self, act: str) -> AbstractContextManager[Draft]:
        """Make the changes inside a block one; `act` is what the ledger calls it."""
        return self.store.change(act)

    @property
    def switches(self) -> Switches:
        """How this Vonage behaves where Vonage may choose."""
        return self.store.get(self.store.switches, SIMULATOR) or Switches()

    def switch(self, **values: Any) -> Switches:
        """Set some of the switches; TypeError where there is no such switch."""
        with self.change("switch") as draft:
            switches = replace(self.switches, **values)
            draft.put(self.store.switches, SIMULATOR, switches)
            return switches

    @property
    def provisioned(self) -> bool:
        """Whether Vonage opened the subaccounts API for the primary account."""
        return self.switches.provisioned

    @provisioned.setter
    def provisioned(self, value: bool) -> None:
        self.switch(provisioned=value)

    def create_subaccount(
        self, *, name: str, api_key: str = "", secret: str = "", shared: bool = True
    ) -> Account:
        """Add a subaccount as the newest; with its own balance it starts at 0 and 0.

        Without `api_key` it gets a fresh one, without `secret` one that nobody knows.
        ValueError where the key is taken; TooManySubaccountsError.
        """
        created_at = self.now()
        api_key = api_key or secrets.token_hex(4)
        concealed = api_secrets.conceal(
            api_key=api_key, text=secret or api_secrets.generate(), created_at=created_at
        )
        funds = None if shared else Funds()
        with self.change("create subaccount") as draft:
            if self.store.get(self.store.accounts, api_key) is not None:
                raise ValueError(f"The API key {api_key!r} is taken.")
            if len(self.store.accounts.rows) > self.switches.max_subaccounts:
                raise TooManySubaccountsError(f"{self.switches.max_subaccounts} are allowed.")
            return self.put(draft, Account(api_key, name, funds, created_at, (concealed,)))

    def rename(self, api_key: str, name: str) -> Account:
        """Give the account another name."""
        with self.change("rename") as draft:
            return self.put(draft, replace(self.account(api_key), name=name))

    def suspend(self, api_key: str) -> Account:
        """Suspend the account: it stops spending, and its own calls are refused."""
        with self.change("suspend") as draft:
            return self.put(draft, replace(self.account(api_key), suspended=True))

    def resume(self, api_key: str) -> Account:
        """End a suspension."""
        with self.change("resume") as draft:
            return self.put(draft, replace(self.account(api_key), suspended=False))

    def give_own_balance(self, api_key: str) -> Account:
        """Let a subaccount on shared balance have its own, starting at 0 and 0.

        OwnBalanceError where it has one already.
        """
        with self.change("own balance") as draft:
            account = self.account(api_key)
            if account.funds is not None:
                raise OwnBalanceError(f"The account {api_key!r} has its own balance.")
            return self.put(draft, replace(account, funds=Funds()))

    def remove(self, api_key: str) -> None:
        """Make a subaccount vanish. Vonage cannot do this; tests of a mirror need it."""
        with self.change("remove") as draft:
            if api_key == self.primary_key:
                raise ValueError("The primary account cannot be removed.")
            funds = self.account(api_key).funds
            if funds is not None:
                draft.flows.append(Flow(api_key, "set", -funds.balance))
            draft.put(self.store.accounts, api_key, None)

    def restore(self, account: Account) -> None:
        """Let a subaccount that vanished be there again, as the newest; for tests, as `remove`."""
        with self.change("restore") as draft:
            if account.funds is not None:
                draft.flows.append(Flow(account.api_key, "set", account.funds.balance))
            self.put(draft, account)

    def put(self, draft: Draft, account: Account) -> Account:
        """Let the account take its place in a change."""
        draft.put(self.store.accounts, account.api_key, account)
        return account

    # Money

    def charge(self, api_key: str, amount: Decimal) -> Account:
        """Charge usage to the account or, on shared balance, to the primary account.

        Return the account that paid. AmountError, InsufficientBalanceError.
        """
        with self.change("charge") as draft:
            payer, funds = self.payer(api_key), money.charge(self.funds(api_key), amount)
            draft.flows.append(Flow(payer.api_key, "used", amount))
            return self.put(draft, replace(payer, funds=funds))

    def pay(self, api_key: str, amount: Decimal) -> Account:
        """Book a payment to Vonage on the account that pays for this one; AmountError."""
        with self.change("payment") as draft:
            payer, funds = self.payer(api_key), money.pay(self.funds(api_key), amount)
            draft.flows.append(Flow(payer.api_key, "paid", amount))
            return self.put(draft, replace(payer, funds=funds))

    def set_funds(self, api_key: str, funds: Funds) -> Account:
        """Set balance and credit limit outright: for scenes in tests, no rule of Vonage."""
        with self.change("set funds") as draft:
            account = self.account(api_key)
            before = account.funds.balance if account.funds else money.ZERO
            draft.flows.append(Flow(api_key, "set", funds.balance - before))
            return self.put(draft, replace(account, funds=funds))

    def transfer_balance(
        self, *, source: str, target: str, amount: Decimal, reference: str = ""
    ) -> Transfer:
        """Move balance between the primary account and a subaccount, either way.

        ForbiddenTransferError, AmountError or InsufficientBalanceError; then nothing changed.
        """
        return self._transfer("balance", source, target, amount=amount, reference=reference)

    def transfer_credit(
        self, *, source: str, target: str, amount: Decimal, reference: str = ""
    ) -> Transfer:
        """Move unused credit between the primary account and a subaccount, either way.

        ForbiddenTransferError, AmountError or InsufficientCreditError; then nothing changed.
        """
        return self._transfer("credit", source, target, amount=amount, reference=reference)

    def _transfer(
        self, kind: TransferKind, source: str, target: str, *, amount: Decimal, reference: str
    ) -> Transfer:
        with self.change(f"{kind} transfer") as draft:
            giver, taker = self.account(source), self.account(target)
            if source == target or self.primary_key not in {source, target}:
                raise ForbiddenTransferError("One side is the primary account, the other is not.")
            if giver.funds is None or taker.funds is None:
                raise ForbiddenTransferError("An account on shared balance has nothing of its own.")
            move = money.transfer_balance if kind == "balance" else money.transfer_credit
            given, taken = move(source=giver.funds, target=taker.funds, amount=amount)
            self.put(draft, replace(giver, funds=given))
            self.put(draft, replace(taker, funds=taken))
            transfer = Transfer(
                id=str(uuid.uuid4()),
                kind=kind,
                source=source,
                target=target,
                amount=amount,
                reference=reference,
                created_at=self.now(),
                request_id=origin.current().request_id,
            )
            draft.put(self.store.transfers, transfer.id, transfer)
            return transfer
