"""Moving balance, credit and numbers between a primary account and its subaccounts.

Source: Vonage's Subaccounts API. Amounts are in EUR. Vonage knows no idempotency and does not
look at `reference`: a transfer sent twice is made twice.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from vonage_api.budget import Family
from vonage_api.classification import Change
from vonage_api.decoding import decode
from vonage_api.errors import Malformed, Mismatch
from vonage_api.exchange import JSON, Answer, segment
from vonage_api.money import check_money
from vonage_api.outcomes import Outcome
from vonage_api.times import check_time, read_time, write_time
from vonage_api.transport import Transport
from vonage_api.writing import Fence, Writer, always, as_json

Kind = Literal["balance", "credit"]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer that was made.

    amount: in EUR. reference: "" where none was given. created_at: as sent, in UTC and to the
    second, so it does not identify a transfer; `created` reads it.
    """

    id: str
    from_key: str
    to_key: str
    amount: Decimal
    reference: str
    created_at: str

    @property
    def created(self) -> datetime:
        """The time of the transfer in UTC."""
        return read_time(self.created_at)


class _Row(msgspec.Struct, kw_only=True):
    """A transfer as sent. Recordings call its id `id`, the description has two other names."""

    from_key: Text = msgspec.field(name="from")
    to_key: Text = msgspec.field(name="to")
    amount: Decimal
    reference: str | None = None
    created_at: str
    id: Text | None = None
    balance_transfer_id: Text | None = None
    credit_transfer_id: Text | None = None

    def __post_init__(self) -> None:
        check_money(self.amount)
        check_time(self.created_at)
        if len(self._ids()) != 1:
            raise ValueError("A transfer has no id, or several")

    def transfer(self) -> Transfer:
        return Transfer(
            id=self._ids().pop(),
            from_key=self.from_key,
            to_key=self.to_key,
            amount=self.amount,
            reference=self.reference or "",
            created_at=self.created_at,
        )

    def _ids(self) -> set[str]:
        return {self.id, self.balance_transfer_id, self.credit_transfer_id} - {None}  # type: ignore[return-value] # None is gone


class _Listing(msgspec.Struct):
    embedded: dict[str, msgspec.Raw] = msgspec.field(name="_embedded")


_row = msgspec.json.Decoder(_Row)
_rows = msgspec.json.Decoder(list[_Row])
_listing = msgspec.json.Decoder(_Listing)


class Transfers:
    """Transfers of one kind: of balance, or of credit limit."""

    def __init__(
        self, transport: Transport, writer: Writer, *, host: str, primary_key: str, kind: Kind
    ) -> None:
        self._transport = transport
        self._writer = writer
        self._url = f"{host}/accounts/{segment(primary_key)}/{kind}-transfers"
        # The recordings spell it with an underscore, the description of credit with a hyphen.
        self._names = {f"{kind}_transfers", f"{kind}-transfers"}

    def list(
        self, *, start: datetime, end: datetime | None = None, subaccounts: Iterable[str] = ()
    ) -> tuple[Transfer, ...]:
        """Return the transfers made from `start` on, in Vonage's order, newest first.

        start, end: aware; widened to whole seconds, as Vonage refuses smaller ones. Whether it
        counts the bounds in is not known, so ask for a little more. end: now, if not given.
        subaccounts: only transfers of these. There are no pages. Each transfer comes once.
        Raises a `VonageError`; `Malformed` also where the list itself is missing, as that is no
        proof that there are none.
        """
        params = [("start_date", write_time(start))]
        if end is not None:
            params.append(("end_date", write_time(end + timedelta(microseconds=999_999))))
        params += [("subaccount", key) for key in subaccounts]
        return self._read(self._transport.get(self._url, family=Family.TRANSFERS, params=params))

    def make(
        self,
        *,
        from_key: str,
        to_key: str,
        amount: Decimal,
        reference: str = "",
        before_first_byte: Fence = always,
    ) -> Outcome[Transfer]:
        """Make a transfer. One side is the primary account, the other one of its subaccounts.

        amount: above zero, at most 8 decimals. `Ok` only if the answer shows the same amount,
        sides and reference, and an id.
        """
        if not isinstance(amount, Decimal) or not amount > 0:
            raise ValueError("The amount must be a Decimal above zero.")
        check_money(amount)
        fields = {"from": from_key, "to": to_key, "reference": reference or None}
        change = Change(
            method="POST",
            url=self._url,
            family=Family.TRANSFERS,
            body=as_json(**fields, amount=Decimal(f"{amount:f}")),
            media_type=JSON,
            accept=_made(from_key=from_key, to_key=to_key, amount=amount, reference=reference),
        )
        return self._writer.send(change, before_first_byte=before_first_byte)

    def _read(self, body: bytes) -> tuple[Transfer, ...]:
        embedded = decode(body, _listing).embedded
        names = self._names & embedded.keys()
        if len(names) != 1:
            raise Malformed("the list of transfers is missing, or there are two")
        rows = decode(bytes(embedded[names.pop()]), _rows)
        found: dict[str, Transfer] = {}
        for transfer in (row.transfer() for row in rows):
            if found.setdefault(transfer.id, transfer) != transfer:
                raise Malformed("one id stands for two transfers")
        return tuple(found.values())


def _made(
    *, from_key: str, to_key: str, amount: Decimal, reference: str
) -> Callable[[Answer], Transfer]:
    def accept(answer: Answer) -> Transfer:
        made = decode(answer.body, _row).transfer()
        if (made.from_key, made.to_key) != (from_key, to_key):
            raise Mismatch("the accounts are others")
        if made.amount != amount:
            raise Mismatch("the amount is another one")
        if made.reference != reference:
            raise Mismatch("the reference is another one")
        return made

    return accept


class NumberTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """A number that changed its account. number: digits with country code, without plus."""

    from_key: str = msgspec.field(name="from")
    to_key: str = msgspec.field(name="to")
    number: str
    country: str


class _NumberRow(msgspec.Struct, kw_only=True):
    from_key: str = msgspec.field(name="from")
    to_key: str = msgspec.field(name="to")
    number: str | int  # recordings have text, the description a number
    country: str


_number_row = msgspec.json.Decoder(_NumberRow)


class NumberTransfers:
    """Transfers of phone numbers."""

    def __init__(self, writer: Writer, *, host: str, primary_key: str) -> None:
        self._writer = writer
        self._url = f"{host}/accounts/{segment(primary_key)}/transfer-number"

    def make(
        self,
        *,
        from_key: str,
        to_key: str,
        number: str,
        country: str,
        before_first_byte: Fence = always,
    ) -> Outcome[NumberTransfer]:
        """Give a number to another account of the family.

        number: digits with country code, without plus. country: two letters. What becomes of its
        webhooks is not published; take it that they are lost.
        """
        asked = NumberTransfer(from_key=from_key, to_key=to_key, number=number, country=country)
        change = Change(
            method="POST",
            url=self._url,
            family=Family.TRANSFERS,
            body=msgspec.json.encode(asked),
            media_type=JSON,
            accept=_moved(asked),
        )
        return self._writer.send(change, before_first_byte=before_first_byte)


def _moved(asked: NumberTransfer) -> Callable[[Answer], NumberTransfer]:
    def accept(answer: Answer) -> NumberTransfer:
        row = decode(answer.body, _number_row)
        moved = NumberTransfer(
            from_key=row.from_key, to_key=row.to_key, number=str(row.number), country=row.country
        )
        if moved != asked:
            raise Mismatch("the number or the accounts are others")
        return moved

    return accept
