"""What an operation may have become at Vonage, where only a person can tell."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Account
from money.formatting import format_money
from operations.errors import LostRaceError
from operations.kinds import Candidate
from operations.models import Operation
from operations.times import seconds, times
from subaccounts.models import NewSecret, RemoteTransfer
from subaccounts.services import furnishing
from subaccounts.services.listing import moved_by_kind

MOST = 20


def transfers(operation: Operation) -> list[Candidate]:
    """Return the transfers that nobody owns and that carry its reference, or are as was asked."""
    return [_of_transfer(operation, each) for each in _transfers(operation)[:MOST]]


def take_transfer(operation: Operation, remote_id: str) -> None:
    """Give a transfer to the operation. Raises `LostRaceError` where another one has it."""
    chosen = _transfers(operation).filter(remote_id=remote_id)
    if chosen.update(operation=operation) != 1:
        raise LostRaceError


def _transfers(operation: Operation) -> QuerySet[RemoteTransfer]:
    since = operation.created_at - seconds(times().margin)
    equal = Q(
        from_key=operation.from_key,
        to_key=operation.to_key,
        amount=operation.amount,
        created_at__gte=since,
    )
    free = RemoteTransfer.objects.filter(
        equal | Q(reference=operation.reference),
        workspace=operation.workspace_id,
        kind=moved_by_kind(operation.kind),
        operation=None,
    )
    others = Operation.objects.exclude(pk=operation.pk).filter(reference=OuterRef("reference"))
    return free.exclude(Exists(others)).order_by("created_at", "pk")


def _of_transfer(operation: Operation, transfer: RemoteTransfer) -> Candidate:
    account = operation.account
    way = "to" if account and transfer.to_key == account.api_key else "from"
    return Candidate(
        transfer.remote_id,
        f"{format_money(transfer.amount)} {way} {account}",
        transfer.created_at,
        is_marked=transfer.reference == operation.reference,
    )


def accounts(operation: Operation) -> list[Candidate]:
    """Return the new accounts of the wanted name that no other operation has made."""
    return [
        Candidate(each.api_key, f"{each} ({each.api_key})", each.created_at or each.first_seen_at)
        for each in _accounts(operation)[:MOST]
    ]


def take_account(operation: Operation, api_key: str) -> None:
    """Say that the operation made this account. Our secret did not open it, so it is forgotten."""
    account = _accounts(operation).filter(api_key=api_key).first()
    mine = Operation.objects.filter(pk=operation.pk, account=None)
    if account is None or mine.update(account=account) != 1:
        raise LostRaceError
    operation.account = account
    NewSecret.objects.filter(operation=operation).delete()
    transaction.on_commit(lambda: furnishing.furnish(operation.pk))


def _accounts(operation: Operation) -> QuerySet[Account]:
    made = Operation.objects.filter(workspace=operation.workspace_id, kind=operation.kind)
    alike = Account.objects.filter(
        workspace=operation.workspace_id,
        is_primary=False,
        name=operation.wanted["name"],
        created_at__gte=operation.created_at - seconds(times().margin),
    )
    taken = made.exclude(remote_id="").values("remote_id")
    return alike.exclude(api_key__in=taken).order_by("created_at", "pk")
