"""The auditor: all transfers that Vonage has made, held against all that was asked for here.

It looks at every transfer and not at the open ones alone; otherwise one that Vonage made twice,
or long after we gave it up, would never be seen.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Connection
from operations import wire
from operations.errors import LostRaceError, UnreliableError
from operations.kinds import Found
from operations.models import Finding, Installation, Lane, Operation
from operations.references import is_of, is_reference
from operations.services import lanes
from operations.services.settling import succeed
from operations.services.steps import step
from operations.states import DEAD, State
from operations.times import seconds, times
from subaccounts.models import RemoteTransfer
from subaccounts.services import listing
from vonage_api import Timeouts, VonageClient
from vonage_api.errors import VonageError
from vonage_api.transfers import Transfer

logger = logging.getLogger(__name__)

FROM_THE_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_PAUSE = 300.0  # seconds
Kinds = RemoteTransfer.Kind
_CODES = {Kinds.BALANCE: "balance_transfer", Kinds.CREDIT: "credit_transfer"}


def audit_due(now: datetime) -> int:
    """Audit every workspace that is due; return how many audits were good."""
    for workspace_id in _without_lane():
        lanes.lane_of(workspace_id)
    due = Lane.objects.filter(audit_due_at__lte=now, workspace__connection__isnull=False)
    return sum(audit(pk) for pk in due.order_by("audit_due_at").values_list("pk", flat=True))


def _without_lane() -> Iterable[int]:
    connected = Connection.objects.exclude(workspace__in=Lane.objects.values("pk"))
    return connected.values_list("workspace_id", flat=True)


def audit(workspace_id: int, *, since: datetime | None = None) -> bool:
    """Read all transfers of a workspace since the last good audit, and hold them against ours.

    since: from when on instead. Returns whether Vonage's lists were good; where they were not,
    nothing is concluded and the next audit reads the same again.
    """
    asked_at, lane = timezone.now(), lanes.lane_of(workspace_id)
    start = since or _start(lane)
    try:
        rows = _listed(workspace_id, start)
    except (VonageError, UnreliableError, wire.CannotConnectError) as error:
        _put_off(lane, error)
        return False
    for kind in Kinds:
        _take_in(workspace_id, kind, rows[kind])
    _note_audit(workspace_id, asked_at)
    return True


def _start(lane: Lane) -> datetime:
    if lane.audited_at is None:
        return FROM_THE_BEGINNING
    return lane.audited_at - seconds(times().audit_again)


def _listed(workspace_id: int, start: datetime) -> dict[Kinds, tuple[Transfer, ...]]:
    patience = Timeouts(connect=times().connect, read=times().read, total=times().total)
    with wire.client(workspace_id, patience) as client:
        return {kind: _believable(workspace_id, kind, client, start) for kind in Kinds}


def _believable(
    workspace_id: int, kind: Kinds, client: VonageClient, start: datetime
) -> tuple[Transfer, ...]:
    """Return the rows of a list that shows every transfer that it must show."""
    known = RemoteTransfer.objects.filter(workspace=workspace_id, kind=kind, created_at__gte=start)
    expected = set(known.values_list("remote_id", flat=True))
    calls = client.balance_transfers if kind == Kinds.BALANCE else client.credit_transfers
    rows = calls.list(start=start)
    if missing := expected - {row.id for row in rows}:
        raise UnreliableError(f"The list lacks {len(missing)} known transfers.")
    return rows


def _take_in(workspace_id: int, kind: Kinds, rows: Iterable[Transfer]) -> None:
    """Keep what is new, and judge it; also what was kept and could not be placed before."""
    listing.keep_listed(workspace_id, kind, rows)
    listing.name_accounts(workspace_id, kind)
    unplaced = RemoteTransfer.objects.filter(workspace=workspace_id, kind=kind, operation=None)
    ours = [each for each in unplaced.exclude(reference="") if is_reference(each.reference)]
    operations = _by_reference(workspace_id, [each.reference for each in ours])
    for transfer in ours:
        operation = operations.get(transfer.reference)
        if operation is None:
            _judge_orphan(transfer)
        else:
            _place(transfer, operation)


def _by_reference(workspace_id: int, references: list[str]) -> dict[str, Operation]:
    rows = Operation.objects.filter(workspace=workspace_id, reference__in=references)
    related = rows.select_related("workspace", "account", "made_by", "remote_transfer")
    return {each.reference: each for each in related}


def _judge_orphan(transfer: RemoteTransfer) -> None:
    """Say that we have forgotten something, where a transfer has our letters and no operation."""
    if not is_of(transfer.reference, Installation.current_code()):
        return  # another installation's; shown as made elsewhere
    if Operation.objects.filter(reference=transfer.reference).exists():
        return  # another workspace of ours looks after the same account
    lanes.find(
        transfer.workspace_id,
        Finding.Kind.ORPHAN,
        key=transfer.reference,
        detail=(
            f"Vonage made a transfer of {transfer.amount:f} EUR that was asked for here "
            f"({transfer.reference}) and of which this database knows nothing: it is older than "
            "what has happened, or another copy of it is at work."
        ),
    )


def _place(transfer: RemoteTransfer, operation: Operation) -> None:
    """Give a transfer to the operation whose reference it carries, or say why that cannot be."""
    try:
        with transaction.atomic(durable=True):
            _place_in_turn(transfer, operation)
    except LostRaceError:
        return  # somebody moves it at this moment; the next audit sees what came of it


def _place_in_turn(transfer: RemoteTransfer, operation: Operation) -> None:
    listing.note_echo(transfer.workspace_id, [transfer.reference])
    if operation.remote_id and operation.remote_id != transfer.remote_id:
        _double(transfer, operation)
    elif not _is_as_asked(transfer, operation):
        _mismatch(transfer, operation)
    else:
        # The operation first and then its transfer, as everywhere: two that took them in different
        # orders would wait for each other.
        _settle(transfer, operation)
        _claim_for(transfer, operation)


def _double(transfer: RemoteTransfer, operation: Operation) -> None:
    lanes.find(
        transfer.workspace_id,
        Finding.Kind.DOUBLE,
        key=f"{transfer.kind}:{transfer.remote_id}",
        detail=(
            f"Vonage made {operation.reference} twice: {operation.remote_id} and "
            f"{transfer.remote_id}, {transfer.amount:f} EUR each. It was sent once."
        ),
        operation=operation,
    )


def _mismatch(transfer: RemoteTransfer, operation: Operation) -> None:
    detail = (
        f"Vonage made {transfer.amount:f} EUR from {transfer.from_key} to {transfer.to_key} "
        f"with the reference {operation.reference}, which was asked for otherwise."
    )
    lanes.lock(transfer.workspace_id)
    key = f"{transfer.kind}:{transfer.remote_id}"
    is_new = not Finding.objects.filter(
        workspace=transfer.workspace_id, kind=Finding.Kind.MISMATCH, key=key
    ).exists()
    if is_new and operation.state in {State.UNKNOWN, *DEAD}:
        step(operation, State.NEEDS_HUMAN, detail=detail)
    lanes.find(
        transfer.workspace_id,
        Finding.Kind.MISMATCH,
        key=key,
        detail=detail,
        operation=operation,
    )


def _claim_for(transfer: RemoteTransfer, operation: Operation) -> None:
    """Note whose transfer it is."""
    free = RemoteTransfer.objects.filter(pk=transfer.pk, operation=None)
    if free.update(operation=operation) != 1:
        raise LostRaceError


def _settle(transfer: RemoteTransfer, operation: Operation) -> None:
    """Move the operation of a transfer that was found to its end, however late it was found."""
    found = Found(transfer.remote_id)
    if operation.state in {State.AWAITING, State.READY, State.SENDING}:
        raise LostRaceError  # it is about to be sent, and looks for itself first
    if operation.state in {State.UNKNOWN, State.NEEDS_HUMAN}:
        succeed(operation, found, Operation.Resolution.LOOK)
    elif operation.state in DEAD:
        lanes.lock(transfer.workspace_id)
        was = State(operation.state).label
        succeed(operation, found, Operation.Resolution.LATE)
        lanes.find(
            transfer.workspace_id,
            Finding.Kind.LATE,
            key=operation.reference,
            detail=(
                f"{operation.reference} was taken for \N{LEFT DOUBLE QUOTATION MARK}{was}"
                "\N{RIGHT DOUBLE QUOTATION MARK}, and Vonage made it after all."
            ),
            operation=operation,
        )


def _is_as_asked(transfer: RemoteTransfer, operation: Operation) -> bool:
    asked = (operation.kind, operation.from_key, operation.to_key, operation.amount)
    made = (_CODES[Kinds(transfer.kind)], transfer.from_key, transfer.to_key, transfer.amount)
    return asked == made


def _note_audit(workspace_id: int, asked_at: datetime) -> None:
    Lane.objects.filter(pk=workspace_id).update(
        audited_at=asked_at, audit_due_at=asked_at + seconds(times().audit_every), audit_failures=0
    )
    lanes.note_good_list(workspace_id)


def _put_off(lane: Lane, error: Exception) -> None:
    pause = min(times().audit_every * 2 ** min(lane.audit_failures, 10), LONGEST_PAUSE)
    at = timezone.now() + seconds(pause)
    Lane.objects.filter(pk=lane.pk).update(audit_due_at=at, audit_failures=lane.audit_failures + 1)
    extra = {"workspace_id": lane.pk, "error": str(error)}
    logger.warning("the transfers could not be read", extra=extra)
