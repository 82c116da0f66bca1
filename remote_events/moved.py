"""Transfers that Vonage lists and nobody asked for here, and how to move the money back."""

from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from accounts.models import Account
from operations.models import Operation
from operations.states import DEAD
from remote_events import matching
from remote_events.matching import Moment, Recorded
from remote_events.outside import Back
from remote_events.paging import Order
from subaccounts.forms.transfers import FROM, TO
from subaccounts.models import RemoteTransfer
from subaccounts.seeing import elsewhere_of
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor

ORDER = Order("created_at", ("kind", "remote_id"))
AROUND = timedelta(minutes=2)
"""Both times are of Vonage's clock."""
_RIGHTS = {
    "opens": Capability.ACCOUNT_VIEW,
    "may_balance_to": Capability.TRANSFER_BALANCE_GIVE,
    "may_balance_from": Capability.TRANSFER_BALANCE_TAKE,
    "may_credit_to": Capability.TRANSFER_CREDIT_GIVE,
    "may_credit_from": Capability.TRANSFER_CREDIT_TAKE,
}


class Move(NamedTuple):
    """A transfer, what Vonage recorded around that time, and the form of the way back."""

    transfer: Any
    gives: bool
    recorded: list[Recorded]
    back: Back | None
    # As much was moved, or is to be moved, the other way since: maybe it is back already.
    went_back: bool


class Page(NamedTuple):
    """Transfers, newest first, and the place of the last one where more follow."""

    moves: list[Move]
    older: str


def page(actor: Actor, older: str = "") -> Page:
    """Return a page of the transfers that the person sees, in two queries."""
    found = ORDER.page(_transfers(actor), older)
    moments = [
        Moment(each.account, each.created_at - AROUND, each.created_at + AROUND)
        for each in found.rows
    ]
    recorded = matching.recorded(actor, moments)
    moves = [_move(actor, *each) for each in zip(found.rows, recorded, strict=True)]
    return Page(moves, found.older)


def _transfers(actor: Actor) -> Any:
    rights = {
        name: Exists(Account.objects.visible_to(actor, right).filter(pk=OuterRef("account")))
        for name, right in _RIGHTS.items()
    }
    made = Exists(_opposite(RemoteTransfer.objects.filter(kind=OuterRef("kind"))))
    kind = Concat(Cast(OuterRef("kind"), CharField()), Value("_transfer"))
    asked = Exists(_opposite(Operation.objects.filter(kind=kind).exclude(state__in=DEAD)))
    return elsewhere_of(actor).annotate(**rights, went_back=made | asked)


def _opposite(rows: Any) -> Any:
    """Keep what moves as much as a transfer between the same accounts, later and the other way."""
    return rows.filter(
        workspace=OuterRef("workspace"),
        from_key=OuterRef("to_key"),
        to_key=OuterRef("from_key"),
        amount=OuterRef("amount"),
        created_at__gt=OuterRef("created_at"),
    )


def _move(actor: Actor, transfer: Any, recorded: list[Recorded]) -> Move:
    account = transfer.account
    gives = bool(account) and transfer.to_key == account.api_key
    back = _back(actor, transfer, FROM if gives else TO)
    return Move(transfer, gives, recorded, back, transfer.went_back)


def _back(actor: Actor, transfer: Any, way: str) -> Back | None:
    account = transfer.account
    # The form itself asks for the right to give somewhere.
    may = transfer.opens and policy.can(actor, Capability.TRANSFER_BALANCE_GIVE)
    if account is None or account.vanished_at or account.shares_balance:
        return None
    if not (may and getattr(transfer, f"may_{transfer.kind}_{way}")):
        return None
    given = {
        "account": account.api_key,
        "kind": f"{transfer.kind}_transfer",
        "way": way,
        "amount": f"{transfer.amount.normalize():f}",
        "memo": "Back, after a transfer that was made elsewhere",
    }
    url = reverse("subaccounts:new_transfer", args=[actor.workspace.slug])
    return Back("Move it back", f"{url}?{urlencode(given)}")
