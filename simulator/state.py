"""What the simulated Vonage knows: one primary account, its subaccounts, their money.

Accounts are immutable; a change replaces the account under one lock. So a reader holds a
consistent picture without waiting, and a cache knows by identity what has changed.
"""

import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from simulator import api_secrets, money
from simulator.api_secrets import Secret
from simulator.money import Funds


class UnknownAccountError(LookupError):
    """No account has this API key."""


class ForbiddenTransferError(Exception):
    """Money moves only between the primary account and a subaccount with its own balance."""


class OwnBalanceError(Exception):
    """The account has its own balance already; that step is taken once and for good."""


@dataclass(frozen=True, slots=True)
class Account:
    """One API key. `funds` is None where a subaccount shares the primary account's balance."""

    api_key: str
    name: str | None
    funds: Funds | None
    created_at: datetime
    secrets: tuple[Secret, ...] = ()
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment. `version` differs as soon as anything has changed."""

    version: int
    primary: Account
    subaccounts: tuple[Account, ...]  # oldest first

    def totals(self) -> Funds:
        """Return the sums over the primary account and all own balances."""
        owned = [a.funds for a in (self.primary, *self.subaccounts) if a.funds is not None]
        return Funds(
            balance=sum((funds.balance for funds in owned), money.ZERO),
            credit_limit=sum((funds.credit_limit for funds in owned), money.ZERO),
        )


def utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


class State:
    """The accounts and the rules between them. Every method is atomic and thread-safe.

    Methods that name an account raise UnknownAccountError where its key does not exist.
    Hold `lock` to make several changes one.
    """

    def __init__(
        self,
        *,
        primary: Account,
        subaccounts: Iterable[Account] = (),
        provisioned: bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        if primary.funds is None:
            raise ValueError("A primary account has funds of its own.")
        self.lock = threading.RLock()
        self.primary_key = primary.api_key
        self.provisioned = provisioned  # whether Vonage opened the subaccounts API for it
        self._clock = clock
        self._version = 0
        self._accounts = {account.api_key: account for account in (primary, *subaccounts)}

    # Reading

    @property
    def version(self) -> int:
        """A number that differs as soon as anything has changed."""
        return self._version

    def snapshot(self) -> Snapshot:
        """Return everything as it is now."""
        with self.lock:
            primary, *subaccounts = self._accounts.values()
            return Snapshot(self._version, primary, tuple(subaccounts))

    def account(self, api_key: str) -> Account:
        """Return the account, primary or subaccount."""
        account = self._accounts.get(api_key)
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
        account = self._accounts.get(api_key)
        if account is None:
            return None
        known = (api_secrets.matches(s, api_key=api_key, text=secret) for s in account.secrets)
        return account if any(known) else None

    # Accounts

    def create_subaccount(
        self, *, name: str, api_key: str = "", secret: str = "", shared: bool = True
    ) -> Account:
        """Add a subaccount as the newest; with its own balance it starts at 0 and 0.

        Without `api_key` it gets a fresh one, without `secret` one that nobody knows.
        ValueError where the key is taken.
        """
        created_at = self._clock()
        api_key = api_key or secrets.token_hex(4)
        concealed = api_secrets.conceal(
            api_key=api_key, text=secret or api_secrets.generate(), created_at=created_at
        )
        funds = None if shared else Funds()
        with self.lock:
            if api_key in self._accounts:
                raise ValueError(f"The API key {api_key!r} is taken.")
            return self._put(Account(api_key, name, funds, created_at, (concealed,)))

    def rename(self, api_key: str, name: str) -> Account:
        """Give the account another name."""
        with self.lock:
            return self._put(replace(self.account(api_key), name=name))

    def suspend(self, api_key: str) -> Account:
        """Suspend the account: it stops spending, and its own calls are refused."""
        with self.lock:
            return self._put(replace(self.account(api_key), suspended=True))

    def resume(self, api_key: str) -> Account:
        """End a suspension."""
        with self.lock:
            return self._put(replace(self.account(api_key), suspended=False))

    def give_own_balance(self, api_key: str) -> Account:
        """Let a subaccount on shared balance have its own, starting at 0 and 0.

        OwnBalanceError where it has one already.
        """
        with self.lock:
            account = self.account(api_key)
            if account.funds is not None:
                raise OwnBalanceError(f"The account {api_key!r} has its own balance.")
            return self._put(replace(account, funds=Funds()))

    def remove(self, api_key: str) -> None:
        """Make a subaccount vanish. Vonage cannot do this; tests of a mirror need it."""
        with self.lock:
            if api_key == self.primary_key:
                raise ValueError("The primary account cannot be removed.")
            self.account(api_key)
            del self._accounts[api_key]
            self._version += 1

    # Money

    def charge(self, api_key: str, amount: Decimal) -> Account:
        """Charge usage to the account or, on shared balance, to the primary account.

        Return the account that paid. AmountError, InsufficientBalanceError.
        """
        with self.lock:
            payer = self.payer(api_key)
            return self._put(replace(payer, funds=money.charge(self.funds(api_key), amount)))

    def pay(self, api_key: str, amount: Decimal) -> Account:
        """Book a payment to Vonage on the account that pays for this one; AmountError."""
        with self.lock:
            payer = self.payer(api_key)
            return self._put(replace(payer, funds=money.pay(self.funds(api_key), amount)))

    def set_funds(self, api_key: str, funds: Funds) -> Account:
        """Set balance and credit limit outright: for scenes in tests, no rule of Vonage."""
        with self.lock:
            return self._put(replace(self.account(api_key), funds=funds))

    def transfer_balance(self, *, source: str, target: str, amount: Decimal) -> None:
        """Move balance between the primary account and a subaccount, either way.

        ForbiddenTransferError, AmountError or InsufficientBalanceError; then nothing changed.
        """
        self._transfer(money.transfer_balance, source=source, target=target, amount=amount)

    def transfer_credit(self, *, source: str, target: str, amount: Decimal) -> None:
        """Move unused credit between the primary account and a subaccount, either way.

        ForbiddenTransferError, AmountError or InsufficientCreditError; then nothing changed.
        """
        self._transfer(money.transfer_credit, source=source, target=target, amount=amount)

    def _transfer(
        self,
        move: Callable[..., tuple[Funds, Funds]],
        *,
        source: str,
        target: str,
        amount: Decimal,
    ) -> None:
        with self.lock:
            giver, taker = self.account(source), self.account(target)
            if source == target or self.primary_key not in {source, target}:
                raise ForbiddenTransferError("One side is the primary account, the other is not.")
            if giver.funds is None or taker.funds is None:
                raise ForbiddenTransferError("An account on shared balance has nothing of its own.")
            given, taken = move(source=giver.funds, target=taker.funds, amount=amount)
            self._put(replace(giver, funds=given))
            self._put(replace(taker, funds=taken))

    def _put(self, account: Account) -> Account:
        self._accounts[account.api_key] = account
        self._version += 1
        return account
