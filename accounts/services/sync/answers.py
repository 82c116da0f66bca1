"""What one reading of Vonage says, whichever way it was read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from money.units import to_units
from vonage_api import VonageClient, errors
from vonage_api.subaccounts import PrimaryAccount, Subaccount, parse


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


@dataclass(frozen=True)
class Answer:
    """Everything that one reading says. Totals are in units."""

    primary_key: str
    primary: Figures
    primary_created_at: datetime | None
    subaccounts: list[Subaccount]
    total_balance: int
    total_credit_limit: int | None
    digest: bytes = b""
    # Without the Subaccounts API we hear of the primary account only.
    is_partial: bool = False


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
    listed = parse(body)
    if listed.primary.api_key != primary_key:
        raise errors.Malformed("the answer is about another primary account")
    return Answer(
        primary_key=primary_key,
        primary=_of_primary(listed.primary),
        primary_created_at=listed.primary.created,
        subaccounts=listed.subaccounts,
        total_balance=to_units(listed.total_balance),
        total_credit_limit=to_units(listed.total_credit_limit),
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
        subaccounts=[],
        total_balance=balance,
        total_credit_limit=None,
        is_partial=True,
    )


def figures(items: list[Subaccount]) -> Iterator[tuple[str, Figures]]:
    """Yield key and figures of each subaccount. Hot: a hundred thousand at a time."""
    for item in items:
        shared = item.balance is None or item.credit_limit is None
        yield (
            item.api_key,
            Figures(
                _name(item.name),
                item.use_primary_account_balance,
                item.suspended,
                None if shared else to_units(item.balance),  # type: ignore[arg-type] # not None then
                None if shared else to_units(item.credit_limit),  # type: ignore[arg-type] # as above
            ),
        )


def _name(name: str | None) -> str:
    """Return the name; PostgreSQL takes no NUL in a text."""
    return name.replace("\0", "") if name else ""


def _of_primary(item: PrimaryAccount) -> Figures:
    return Figures(
        name=_name(item.name),
        shares_balance=False,
        suspended=item.suspended,
        balance=to_units(item.balance),
        credit_limit=to_units(item.credit_limit),
    )
