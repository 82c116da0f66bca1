"""The subaccounts of a primary account. Source: Vonage's Subaccounts API.

Amounts are in EUR. Credit limits are zero or negative, whatever sign they came with.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec.structs import force_setattr

from vonage_api.budget import Family
from vonage_api.classification import Change
from vonage_api.decoding import decode
from vonage_api.documents import check_keys_of_rows
from vonage_api.errors import Malformed, Mismatch
from vonage_api.exchange import JSON, Answer, segment
from vonage_api.money import as_credit_limit, check_money, units
from vonage_api.outcomes import Outcome
from vonage_api.secret import Secret
from vonage_api.times import check_time, read_time
from vonage_api.transport import Transport
from vonage_api.writing import Fence, Writer, always, as_json

ApiKey = Annotated[str, msgspec.Meta(min_length=1)]
_NO_MONEY = "A subaccount with its own balance shows no balance or credit limit"


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
            if self.balance is not None or self.credit_limit is not None:
                force_setattr(self, "balance", None)
                force_setattr(self, "credit_limit", None)
        elif self.balance is None or self.credit_limit is None:
            raise ValueError(_NO_MONEY)
        else:
            check_money(self.balance)
            if self.credit_limit:
                check_money(self.credit_limit)
                force_setattr(self, "credit_limit", as_credit_limit(self.credit_limit))

    @property
    def created(self) -> datetime:
        """The time of creation in UTC. Raises `Malformed`."""
        return read_time(self.created_at)


class CreatedSubaccount(Subaccount, frozen=True, kw_only=True):
    """A new subaccount. secret: its first API secret, shown this once; None if Vonage kept it."""

    secret: Secret | None = None


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


Row = tuple[str, str, bool, bool, int | None, int | None]


class SubaccountTable(msgspec.Struct, frozen=True, kw_only=True):
    """The same answer for who reads a hundred thousand subaccounts again and again.

    Amounts are whole units of 0.00000001. rows: API key, name ("" where there is none), whether it
    uses the primary's balance, whether it is suspended, balance, credit limit; the amounts as in
    `Subaccount`. created_at: as sent, in the order of the rows.
    """

    total_balance: int
    total_credit_limit: int
    primary: PrimaryAccount
    rows: list[Row]
    created_at: list[str]


class _Line(msgspec.Struct, gc=False):
    """A subaccount as sent."""

    api_key: ApiKey
    use_primary_account_balance: bool
    suspended: bool
    created_at: str
    name: str | None = None
    balance: Decimal | None = None
    credit_limit: Decimal | None = None


class _Lines(msgspec.Struct):
    primary_account: PrimaryAccount
    subaccounts: list[_Line]


class _Table(msgspec.Struct):
    embedded: _Lines = msgspec.field(name="_embedded")
    total_balance: Decimal | None = None
    total_credit_limit: Decimal | None = None


class _Embedded(msgspec.Struct):
    primary_account: PrimaryAccount
    subaccounts: list[Subaccount]


class _Listing(msgspec.Struct):
    embedded: _Embedded = msgspec.field(name="_embedded")
    total_balance: Decimal | None = None
    total_credit_limit: Decimal | None = None


_listing = msgspec.json.Decoder(_Listing)
_table = msgspec.json.Decoder(_Table)
_subaccount = msgspec.json.Decoder(Subaccount)
_created = msgspec.json.Decoder(CreatedSubaccount, dec_hook=lambda _, text: wrap(text))
_Account = TypeVar("_Account", bound=Subaccount)


class Subaccounts:
    """Calls about the subaccounts of the account whose credentials are used."""

    def __init__(
        self, transport: Transport, writer: Writer, *, host: str, primary_key: str
    ) -> None:
        self._transport = transport
        self._writer = writer
        self._url = f"{host}/accounts/{segment(primary_key)}/subaccounts"

    def list(self) -> SubaccountList:
        """Return the primary account and all subaccounts; Vonage knows no pages here.

        Raises a `VonageError`.
        """
        return parse(self.read())

    def read(self) -> bytes:
        """Return the same answer unread, so that a caller may compare digests before `parse`."""
        return self._transport.get(self._url, family=Family.SUBACCOUNTS)

    def get(self, api_key: str) -> Subaccount:
        """Return one subaccount. Raises a `VonageError`, `NotFound` also for a foreign one."""
        url = f"{self._url}/{segment(api_key)}"
        return _read(self._transport.get(url, family=Family.SUBACCOUNTS), _subaccount)

    def create(
        self,
        *,
        name: str,
        secret: Secret | None = None,
        use_primary_account_balance: bool = True,
        before_first_byte: Fence = always,
    ) -> Outcome[CreatedSubaccount]:
        """Make a subaccount. Nothing but suspending it ever takes it away again.

        name: at most 80 characters. secret: give one and keep it before, as the answer that
        would show Vonage's own may be lost.
        """
        fields = {"name": name, "use_primary_account_balance": use_primary_account_balance}
        change = Change(
            method="POST",
            url=self._url,
            family=Family.SUBACCOUNTS,
            body=as_json(**fields, secret=secret and secret.reveal()),
            media_type=JSON,
            accept=_new(fields, secret),
            hidden=(secret,) if secret else (),
            confidential=True,
        )
        return self._writer.send(change, before_first_byte=before_first_byte)

    def modify(
        self,
        api_key: str,
        *,
        name: str | None = None,
        suspended: bool | None = None,
        use_primary_account_balance: bool | None = None,
        before_first_byte: Fence = always,
    ) -> Outcome[Subaccount]:
        """Change what is not None. A balance of its own is for good: there is no way back."""
        fields = {
            "name": name,
            "suspended": suspended,
            "use_primary_account_balance": use_primary_account_balance,
        }
        asked = {field: value for field, value in fields.items() if value is not None}
        if not asked:
            raise ValueError("Nothing to modify was given.")
        change = Change(
            method="PATCH",
            url=f"{self._url}/{segment(api_key)}",
            family=Family.SUBACCOUNTS,
            body=as_json(**asked),
            media_type=JSON,
            accept=_same(_subaccount, asked | {"api_key": api_key}),
        )
        return self._writer.send(change, before_first_byte=before_first_byte)


def wrap(text: object) -> Secret:
    """Return a secret of an answer in its wrapping. Raises `ValueError`."""
    if not isinstance(text, str):
        raise ValueError("A secret is no text")  # noqa: TRY004 - a fault of the answer, not ours
    return Secret(text)


def _read(body: bytes, decoder: msgspec.json.Decoder[_Account]) -> _Account:
    account = decode(body, decoder)
    read_time(account.created_at)  # now, so that nobody finds a bad one later
    return account


def _same(
    decoder: msgspec.json.Decoder[_Account], asked: dict[str, Any]
) -> Callable[[Answer], _Account]:
    def accept(answer: Answer) -> _Account:
        account = _read(answer.body, decoder)
        for field, value in asked.items():
            if getattr(account, field) != value:
                raise Mismatch(f"{field} is another one")
        return account

    return accept


def _new(asked: dict[str, Any], secret: Secret | None) -> Callable[[Answer], CreatedSubaccount]:
    def accept(answer: Answer) -> CreatedSubaccount:
        account = _same(_created, asked)(answer)
        if secret and account.secret not in {None, secret}:
            raise Mismatch("the secret is another one")
        return account

    return accept


_KEYS = (
    ("api_key", "name", "balance", "credit_limit", "suspended", "created_at"),
    ("primary_account_api_key", "use_primary_account_balance"),
)


def _check_keys(body: bytes) -> None:
    check_keys_of_rows(body, _KEYS)


def parse(body: bytes) -> SubaccountList:
    """Return what `Subaccounts.read` read. Raises `Malformed`."""
    listing = decode(body, _listing, check=_check_keys)
    try:
        return _unfold(listing)
    except ValueError as exc:
        problem = str(exc)
    raise Malformed(problem)


def parse_table(body: bytes) -> SubaccountTable:
    """Return the same as a table, in a third of the time. Raises `Malformed`."""
    table = decode(body, _table, check=_check_keys)
    try:
        return _columns(table)
    except ValueError as exc:
        problem = str(exc)
    raise Malformed(problem)


def _columns(table: _Table) -> SubaccountTable:
    primary, lines = table.embedded.primary_account, table.embedded.subaccounts
    check_time(primary.created_at)
    shared = [line.use_primary_account_balance for line in lines]
    balances = [None if line.use_primary_account_balance else units(line.balance) for line in lines]
    limits = [
        None if line.use_primary_account_balance else -abs(units(line.credit_limit))
        for line in lines
    ]
    names = [line.name or "" for line in lines]
    columns = ([line.api_key for line in lines], names, shared, [line.suspended for line in lines])
    return SubaccountTable(
        total_balance=_sum(table.total_balance, primary.balance, balances),
        total_credit_limit=-abs(_sum(table.total_credit_limit, primary.credit_limit, limits)),
        primary=primary,
        rows=list(zip(*columns, balances, limits, strict=True)),
        created_at=[line.created_at for line in lines],
    )


def _sum(sent: Decimal | None, own: Decimal, others: Iterable[int | None]) -> int:
    """Return the total in units: as sent, else added up."""
    return units(own) + sum(filter(None, others)) if sent is None else units(sent)


def _unfold(listing: _Listing) -> SubaccountList:
    primary, subaccounts = listing.embedded.primary_account, listing.embedded.subaccounts
    check_time(primary.created_at)
    for item in subaccounts:
        check_time(item.created_at)
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
