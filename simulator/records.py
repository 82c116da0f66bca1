"""What the simulated Vonage keeps. Records are immutable: a change replaces one by another."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from simulator.api_secrets import Secret
from simulator.money import ZERO, Funds

TransferKind = Literal["balance", "credit"]
PLENTY = 200_000  # subaccounts; the tiers of an unmerged description are 3, 500 and 1,000


@dataclass(frozen=True, slots=True)
class Account:
    """One API key. `funds` is None where a subaccount shares the primary account's balance."""

    api_key: str
    name: str | None
    funds: Funds | None
    created_at: datetime
    secrets: tuple[Secret, ...] = ()  # oldest first
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
            balance=sum((funds.balance for funds in owned), ZERO),
            credit_limit=sum((funds.credit_limit for funds in owned), ZERO),
        )


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that moved: `amount` EUR of balance or of credit, from `source` to `target`."""

    id: str
    kind: TransferKind
    source: str
    target: str
    amount: Decimal
    reference: str
    created_at: datetime
    request_id: str  # of the request that made it; two with the same one are a double execution


@dataclass(frozen=True, slots=True)
class OwnedNumber:
    """A phone number that an account holds. Empty texts are not shown on the wire."""

    msisdn: str
    country: str
    type: str
    features: tuple[str, ...]
    owner: str
    app_id: str = ""
    message_url: str = ""
    voice_type: str = ""
    voice_value: str = ""
    voice_status_url: str = ""
    messages_type: str = ""
    messages_value: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The default webhooks of one account; an empty text is none."""

    api_key: str
    inbound_url: str = ""
    receipt_url: str = ""
    forward_method: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One audit event. `user_email` and `user_id` are there for actions in the dashboard only."""

    id: str
    type: str
    created_at: datetime
    account_id: str
    ip: str
    context: dict[str, Any]
    user_email: str = ""
    user_id: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """An asynchronous report: what was asked, when, by whom, and how it ended if not by itself."""

    id: str
    api_key: str
    parameters: dict[str, Any]
    received_at: datetime
    file_id: str
    ended: str = ""  # ABORTED, FAILED, TRUNCATED; empty: the clock decides


@dataclass(frozen=True, slots=True)
class Switches:
    """How this Vonage behaves where Vonage may choose. May be changed while it runs."""

    provisioned: bool = True  # whether the subaccounts API is open for the primary account
    max_subaccounts: int = PLENTY
    own_balances: bool = True  # the tier allows subaccounts with their own balance
    transfers: bool = True  # the tier allows transfers of balance and credit
    suspended_work: bool = True  # transfers and secrets of a suspended subaccount are allowed
    number_failures_as_200: bool = False  # HTTP 200 around the body's error code 420
    problem_401: bool = False  # the rest host refuses with a problem document (2026)
    strict_reports: bool = False  # synchronous reports need both dates, 24 hours apart at most
    report_seconds: int = 2  # how long an asynchronous report takes
    callbacks: bool = False  # finished reports are told to callbacks on this machine, by http
    clock_offset: int = 0  # seconds by which this Vonage's clock is ahead; negative: behind
    auto_reload_trx: str = ""  # the payment that enabled auto-reload; empty: it is off
    auto_reload_amount: Decimal = ZERO  # EUR that a top-up adds
    dead_webhooks: tuple[str, ...] = ()  # hosts that do not answer 200, `.invalid` aside


Record = Account | Transfer | OwnedNumber | Settings | Event | Report | Switches
