"""The subaccounts of a primary account. Source: Vonage's Subaccounts API.

Amounts are in EUR. Credit limits are zero or negative, whatever sign they came with.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec.structs import force_setattr

from vonage_api.decoding import decode
from vonage_api.errors import Malformed
from vonage_api.money import as_credit_limit, check_money
from vonage_api.times import read_time
from vonage_api.transport import Transport, segment

ApiKey = Annotated[str, msgspec.Meta(min_length=1)]


class PrimaryAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The account that owns the subaccounts. created_at: as sent; `created` reads it."""

    api_key: ApiKey
    name: str | None = None
    balance: Decimal
    credit_limit: Decimal
    suspended: bool
    created_at: str

    def __post_init__(self) -> None:
        check_money(self.balance)
        check_money(self.credit_limit)
        force_setattr(self, "credit_limit", as_credit_limit(self.credit_limit))

    @property
    def created(self) -> datetime:
        """The time of creation in UTC. Raises `Malformed`."""
        return read_time(self.created_at)


# Without garbage collection and with the fields that are needed: there may be 100,000 of them.
class Subaccount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One subaccount. created_at: as sent; `created` reads it.

    balance and credit_limit are None where the primary's balance is used: such a subaccount has
    no money of its own, even if the answer shows some.
    """

    api_key: ApiKey
    name: str | None = None
    use_primary_account_balance: bool
    balance: Decimal | None = None
    credit_limit: Decimal | None = None
    suspended: bool
    created_at: str

    def __post_init__(self) -> None:
        if self.use_primary_account_balance:
            force_setattr(self, "balance", None)
            force_setattr(self, "credit_limit", None)
        elif self.balance is None or self.credit_limit is None:
            raise ValueError("A subaccount with its own balance shows no balance or credit limit")
        else:
            check_money(self.balance)
            check_money(self.credit_limit)
            force_setattr(self, "credit_limit", as_credit_limit(self.credit_limit))

    @property
    def created(self) -> datetime:
        """The time of creation in UTC. Raises `Malformed`."""
        return read_time(self.created_at)


class SubaccountList(msgspec.Struct, frozen=True, kw_only=True):
    """A primary account and all its subaccounts at one moment.

    The totals are over the primary and the subaccounts with their own balance; Vonage's figures
    where it sends them, else added up here.
    """

    total_balance: Decimal
    total_credit_limit: Decimal
    primary: PrimaryAccount
    subaccounts: list[Subaccount]

    def __post_init__(self) -> None:
        check_money(self.total_balance)
        check_money(self.total_credit_limit)
        force_setattr(self, "total_credit_limit", as_credit_limit(self.total_credit_limit))


class _Embedded(msgspec.Struct):
    primary_account: PrimaryAccount
    subaccounts: list[Subaccount]


class _Listing(msgspec.Struct):
    embedded: _Embedded = msgspec.field(name="_embedded")
    total_balance: Decimal | None = None
    total_credit_limit: Decimal | None = None


_listing = msgspec.json.Decoder(_Listing)
_subaccount = msgspec.json.Decoder(Subaccount)


class Subaccounts:
    """Calls about the subaccounts of the account whose credentials are used."""

    def __init__(self, *, transport: Transport, host: str, primary_key: str) -> None:
        self._transport = transport
        self._url = f"{host}/accounts/{segment(primary_key)}/subaccounts"

    def list(self) -> SubaccountList:
        """Return the primary account and all subaccounts; Vonage knows no pages here.

        Raises a `VonageError`.
        """
        return parse(self.read())

    def read(self) -> bytes:
        """Return the same answer unread, so that a caller may compare digests before `parse`."""
        return self._transport.get(self._url)

    def get(self, api_key: str) -> Subaccount:
        """Return one subaccount. Raises a `VonageError`, `NotFound` also for a foreign one."""
        return decode(self._transport.get(f"{self._url}/{segment(api_key)}"), _subaccount)


def parse(body: bytes) -> SubaccountList:
    """Return what `Subaccounts.read` read. Raises `Malformed`."""
    listing = decode(body, _listing)
    try:
        return _unfold(listing)
    except ValueError as exc:
        problem = str(exc)
    raise Malformed(problem)


def _unfold(listing: _Listing) -> SubaccountList:
    primary, subaccounts = listing.embedded.primary_account, listing.embedded.subaccounts
    balance, credit_limit = listing.total_balance, listing.total_credit_limit
    if balance is None:
        balance = _total(primary.balance, (item.balance for item in subaccounts))
    if credit_limit is None:
        credit_limit = _total(primary.credit_limit, (item.credit_limit for item in subaccounts))
    return SubaccountList(
        total_balance=balance,
        total_credit_limit=credit_limit,
        primary=primary,
        subaccounts=subaccounts,
    )


def _total(own: Decimal, others: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in others if amount is not None), own)
