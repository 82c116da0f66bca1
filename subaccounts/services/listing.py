"""Transfers as Vonage lists them: read, believed only where they show what we know, and kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Account
from operations.errors import UnreliableError
from operations.kinds import Absent, Conflict, Found, Sighting
from operations.models import Lane, Operation
from operations.times import seconds, times
from subaccounts.models import RemoteTransfer
from vonage_api.transfers import Transfer, Transfers

MOST_ROWS = 5_000
"""A longer answer to a narrow question is suspicious: it may have been cut."""

_MOVED = {
    "balance_transfer": RemoteTransfer.Kind.BALANCE,
    "credit_transfer": RemoteTransfer.Kind.CREDIT,
}


def moved_by_kind(code: str) -> RemoteTransfer.Kind:
    """Return what operations of this kind move."""
    return _MOVED[code]


def look(calls: Transfers, operations: Sequence[Operation]) -> dict[int, Sighting]:
    """Return what the list shows of operations of one kind and subaccount.

    Raises `UnreliableError` where the list lacks a transfer that we know of, or is too long to be
    a whole one. Matching is by reference; see `_suspect` for what else counts.
    """
    rows = _believable(calls, operations)
    _keep_all(operations, rows)
    by_reference: dict[str, list[Transfer]] = {}
    for row in rows:
        by_reference.setdefault(row.reference, []).append(row)
    echoes = _echoes(operations[0].workspace_id, by_reference)
    return {
        each.pk: _sighting(each, by_reference.get(each.reference, []), rows, echoes=echoes)
        for each in operations
    }


def _believable(calls: Transfers, operations: Sequence[Operation]) -> tuple[Transfer, ...]:
    """Return the rows of a list that shows everything that we know it must show."""
    first = operations[0]
    start = min(each.created_at for each in operations) - seconds(times().margin)
    known = _known(first)
    sentinel = known.filter(created_at__lte=start).order_by("-created_at").first()
    if sentinel:
        start = min(start, sentinel.created_at - seconds(1))
    expected = set(known.filter(created_at__gte=start).values_list("remote_id", flat=True))
    rows = calls.list(start=start, subaccounts=[_subaccount_key(first)])
    if len(rows) > MOST_ROWS:
        raise UnreliableError("The list is too long to be sure that it is whole.")
    if missing := expected - {row.id for row in rows}:
        raise UnreliableError(f"The list lacks {len(missing)} transfers that Vonage has made.")
    return rows


def _known(operation: Operation) -> QuerySet[RemoteTransfer]:
    return RemoteTransfer.objects.filter(
        workspace=operation.workspace_id,
        kind=moved_by_kind(operation.kind),
        account=operation.account_id,
    )


def _subaccount_key(operation: Operation) -> str:
    assert operation.account is not None  # noqa: S101 - a transfer is about one
    return operation.account.api_key


def _echoes(workspace_id: int, by_reference: dict[str, list[Transfer]]) -> bool:
    """Return whether this Vonage is known to give our references back in its lists."""
    lane = Lane.objects.filter(pk=workspace_id, echoes=True)
    return lane.exists() or note_echo(workspace_id, by_reference)


def note_echo(workspace_id: int, references: Iterable[str]) -> bool:
    """Remember it where one of these references, as listed, is of an operation of ours."""
    ours = Operation.objects.filter(workspace=workspace_id, reference__in=list(references))
    if not ours.exists():
        return False
    return bool(Lane.objects.filter(pk=workspace_id, echoes=None).update(echoes=True))


def _sighting(
    operation: Operation, matches: list[Transfer], rows: Iterable[Transfer], *, echoes: bool
) -> Sighting:
    if not matches:
        return Absent() if echoes else _without_echo(operation, rows)
    oldest = min(matches, key=lambda row: (row.created, row.id))
    if not is_as_asked(operation, oldest):
        return Conflict(
            f"Vonage made a transfer with this reference, but another one than was asked for: "
            f"{oldest.amount} from {oldest.from_key} to {oldest.to_key}.",
            oldest.id,
        )
    return Found(oldest.id, oldest)


def _without_echo(operation: Operation, rows: Iterable[Transfer]) -> Sighting:
    """Judge an absence where references are not known to come back: an equal one may be ours."""
    since = operation.created_at - seconds(times().margin)
    for row in rows:
        if is_as_asked(operation, row) and row.created >= since and _is_nobodys(row, operation):
            return Conflict(
                "Vonage made an equal transfer at about that time, without our reference. "
                "Whether it is this one cannot be told from here.",
                row.id,
            )
    return Absent()


def _is_nobodys(row: Transfer, operation: Operation) -> bool:
    owned = Operation.objects.filter(workspace=operation.workspace_id, remote_id=row.id)
    return not owned.exists()


def is_as_asked(operation: Operation, row: Transfer) -> bool:
    """Return whether a transfer has the sides and the amount of an operation."""
    same_sides = (row.from_key, row.to_key) == (operation.from_key, operation.to_key)
    return same_sides and row.amount == operation.amount


def keep(operation: Operation, row: Transfer) -> None:
    """Keep a transfer as the one of this operation, in the transaction that settles it."""
    kept, _ = RemoteTransfer.objects.get_or_create(
        workspace_id=operation.workspace_id,
        kind=moved_by_kind(operation.kind),
        remote_id=row.id,
        defaults=_values(row, account_id=operation.account_id),
    )
    if kept.operation_id is None:
        RemoteTransfer.objects.filter(pk=kept.pk, operation=None).update(operation=operation)


def _keep_all(operations: Sequence[Operation], rows: Iterable[Transfer]) -> None:
    first = operations[0]
    key = _subaccount_key(first)
    accounts = {key: first.account_id}
    keep_listed(first.workspace_id, moved_by_kind(first.kind), rows, accounts=accounts)


def keep_listed(
    workspace_id: int,
    kind: RemoteTransfer.Kind,
    rows: Iterable[Transfer],
    *,
    accounts: dict[str, int | None] | None = None,
) -> list[RemoteTransfer]:
    """Keep the transfers of a list that are not kept yet; return those that are new.

    Two processes that keep the same list keep each transfer once. accounts: the ids of the
    subaccounts by API key; looked up where they are not given.
    """
    rows = list(rows)
    known = _known_since(workspace_id, kind, min((row.created for row in rows), default=None))
    # In one order: two that keep the same rows in different ones would wait for each other.
    fresh = sorted((row for row in rows if row.id not in known), key=lambda row: row.id)
    if not fresh:
        return []
    ids = accounts or _account_ids(workspace_id, fresh)
    now = timezone.now()
    made = [
        RemoteTransfer(
            workspace_id=workspace_id,
            kind=kind,
            remote_id=row.id,
            first_seen_at=now,
            **_values(row, account_id=ids.get(row.from_key) or ids.get(row.to_key)),
        )
        for row in fresh
    ]
    RemoteTransfer.objects.bulk_create(made, ignore_conflicts=True, batch_size=1_000)
    return made


def name_accounts(workspace_id: int, kind: RemoteTransfer.Kind) -> None:
    """Say whose the transfers are that were listed before the mirror knew the account."""
    nameless = RemoteTransfer.objects.filter(workspace=workspace_id, kind=kind, account=None)
    keys = {key for sides in nameless.values_list("from_key", "to_key") for key in sides}
    known = Account.objects.filter(workspace=workspace_id, is_primary=False, api_key__in=keys)
    for account in known if keys else ():
        theirs = Q(from_key=account.api_key) | Q(to_key=account.api_key)
        nameless.filter(theirs).update(account=account)


def _known_since(workspace_id: int, kind: str, start: datetime | None) -> set[str]:
    if start is None:
        return set()
    kept = RemoteTransfer.objects.filter(workspace=workspace_id, kind=kind, created_at__gte=start)
    return set(kept.values_list("remote_id", flat=True))


def _account_ids(workspace_id: int, rows: Iterable[Transfer]) -> dict[str, int | None]:
    keys = {key for row in rows for key in (row.from_key, row.to_key)}
    subaccounts = Account.objects.filter(
        workspace=workspace_id, is_primary=False, api_key__in=list(keys)
    )
    return dict(subaccounts.values_list("api_key", "pk"))


def _values(row: Transfer, *, account_id: int | None) -> dict[str, object]:
    created: datetime = row.created
    return {
        "from_key": row.from_key,
        "to_key": row.to_key,
        "amount": row.amount,
        "reference": row.reference,
        "created_at": created,
        "account_id": account_id,
    }
