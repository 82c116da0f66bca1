"""What one reading of Vonage says, whichever way it was read."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from money.units import to_units
from vonage_api import VonageClient, errors
from vonage_api.subaccounts import PrimaryAccount, Row, parse_table
from vonage_api.times import read_time


class Figures(NamedTuple):
    """What can change about an account. Money in units (0.00000001), the credit limit ≤ 0.

    On the shared balance both are None. The credit limit alone is None where only the balance
    could be read.
    """

    name: str
    shares_balance: bool
    suspended: bool
    balance: int | None
    credit_limit: int | None

    @classmethod
    def of(cls, row: Row) -> "Figures":
        """Return the figures of a row. PostgreSQL takes no NUL in a text."""
        _, name, shares_balance, suspended, balance, credit_limit = row
        return cls(name.replace("\0", ""), shares_balance, suspended, balance, credit_limit)


@dataclass(frozen=True)
class Answer:
    """Everything that one reading says. Totals are in units.

    rows: the API key of each subaccount, followed by its figures.
    """

    primary_key: str
    primary: Figures
    primary_created_at: datetime | None
    rows: list[Row]
    total_balance: int
    total_credit_limit: int | None
    # When Vonage made the subaccounts, in its own words and in the order of the rows.
    created_at: list[str] = field(default_factory=list)
    digest: bytes = b""
    # Without the Subaccounts API we hear of the primary account only.
    is_partial: bool = False

    def times(self, keys: Container[str]) -> dict[str, datetime | None]:
        """Return when Vonage made these accounts. Raises `errors.Malformed`."""
        sent = zip(self.rows, self.created_at, strict=True)
        times = {row[0]: read_time(text) for row, text in sent if row[0] in keys}
        return {**times, self.primary_key: self.primary_created_at}


def digest_of(body: bytes) -> bytes:
    """Return what tells one body from another."""
    return blake2b(body, digest_size=32).digest()


def read_body(client: VonageClient) -> bytes | None:
    """Return the list of subaccounts as it came, or None without the Subaccounts API."""
    try:
        return client.subaccounts.read()
    except errors.Unprovisioned:
        return None


def answer_of(body: bytes, *, primary_key: str) -> Answer:
    """Return what `body` says; raise `errors.Malformed` where it is not about `primary_key`."""
    listed = parse_table(body)
    if listed.primary.api_key != primary_key:
        raise errors.Malformed("the answer is about another primary account")
    return Answer(
        primary_key=primary_key,
        primary=_of_primary(listed.primary),
        primary_created_at=listed.primary.created,
        rows=listed.rows,
        total_balance=listed.total_balance,
        total_credit_limit=listed.total_credit_limit,
        created_at=listed.created_at,
        digest=digest_of(body),
    )


def primary_alone(client: VonageClient, primary_key: str) -> Answer:
    """Return what can be said without the Subaccounts API: the primary account's balance."""
    balance = to_units(client.account.get_balance().value)
    return Answer(
        primary_key=primary_key,
        primary=Figures(
            "", shares_balance=False, suspended=False, balance=balance, credit_limit=None
        ),
        primary_created_at=None,
        rows=[],
        total_balance=balance,
        total_credit_limit=None,
        is_partial=True,
    )


def _of_primary(item: PrimaryAccount) -> Figures:
    return Figures(
        name=(item.name or "").replace("\0", ""),
        shares_balance=False,
        suspended=item.suspended,
        balance=to_units(item.balance),
        credit_limit=to_units(item.credit_limit),
    )
