"""Whether the books are right: every promise about money, held against what Vonage lists.

Each check is a question to the tables and to a fresh list; nothing is repaired here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Q
from django.utils import timezone

from audit.models import Entry
from operations import wire
from operations.models import Attempt, Finding, Installation, Operation, Transition
from operations.references import is_of
from operations.states import DEAD, TERMINAL, State, may_reach
from operations.times import seconds, times
from subaccounts.models import RemoteTransfer
from subaccounts.services.books import FROM_THE_BEGINNING
from subaccounts.services.listing import is_as_asked, moved_by_kind
from vonage_api import Timeouts
from vonage_api.transfers import Transfer

Lists = Mapping[RemoteTransfer.Kind, Sequence[Transfer]]
HUMAN = Operation.Resolution.HUMAN
GRACE = 60.0
"""Seconds beyond the settle time after which nothing may still be unknown."""


class Violation(NamedTuple):
    """A promise that is broken. invariant: its number. key: what it is about."""

    invariant: str
    key: str
    sentence: str


def read_lists(workspace_id: int) -> Lists:
    """Return all transfers that Vonage lists for a workspace.

    Raises `VonageError` or `CannotConnectError` where they cannot be had: then nothing is known.
    """
    patience = Timeouts(connect=times().connect, read=times().read, total=times().total)
    with wire.client(workspace_id, patience) as client:
        return {
            RemoteTransfer.Kind.BALANCE: client.balance_transfers.list(start=FROM_THE_BEGINNING),
            RemoteTransfer.Kind.CREDIT: client.credit_transfers.list(start=FROM_THE_BEGINNING),
        }


def violations(workspace_id: int, lists: Lists) -> Iterator[Violation]:
    """Yield every promise that is broken in a workspace."""
    moved = list(Operation.objects.filter(workspace=workspace_id, amount__isnull=False))
    by_reference = _by_reference(lists)
    yield from _made_twice(by_reference)
    yield from _done_but_not_listed(moved, by_reference)
    yield from _chosen_but_not_listed(moved, lists)
    yield from _listed_but_unknown(workspace_id, by_reference)
    yield from _dead_but_listed(moved, by_reference)
    yield from _sent_more_than_once(workspace_id)
    yield from _illegal_ways(workspace_id)
    yield from _stuck(workspace_id, timezone.now())
    yield from _not_in_the_book(workspace_id)
    yield from _nobody_told(workspace_id)


Found = dict[str, list[tuple[RemoteTransfer.Kind, Transfer]]]


def _by_reference(lists: Lists) -> Found:
    found: Found = defaultdict(list)
    code = Installation.current_code()
    for kind, rows in lists.items():
        for row in rows:
            if is_of(row.reference, code):
                found[row.reference].append((kind, row))
    return found


def _made_twice(found: Found) -> Iterator[Violation]:
    """I1: no reference of ours stands twice in Vonage's lists."""
    for reference, rows in found.items():
        if len(rows) > 1:
            yield Violation("I1", reference, f"Vonage lists it {len(rows)} times.")


def _done_but_not_listed(moved: Iterable[Operation], found: Found) -> Iterator[Violation]:
    """I2: what is done is listed, as it was asked for."""
    for operation in moved:
        if operation.state != State.SUCCEEDED or operation.resolution == HUMAN:
            continue
        kind = moved_by_kind(operation.kind)
        rows = found.get(operation.reference, [])
        if not any(each == kind and is_as_asked(operation, row) for each, row in rows):
            yield Violation("I2", operation.reference, "It is done here and not listed there.")


def _chosen_but_not_listed(moved: Iterable[Operation], lists: Lists) -> Iterator[Violation]:
    """I2, of what a person said: it is listed by its id, however it was asked for."""
    ids = {(kind, row.id) for kind, rows in lists.items() for row in rows}
    for operation in moved:
        is_chosen = operation.state == State.SUCCEEDED and operation.resolution == HUMAN
        if is_chosen and (moved_by_kind(operation.kind), operation.remote_id) not in ids:
            yield Violation("I2", operation.reference, "A person chose what is not listed there.")


def _listed_but_unknown(workspace_id: int, found: Found) -> Iterator[Violation]:
    """I3: whatever carries our letters was asked for here, or a person has looked at it."""
    known = set(Operation.objects.values_list("reference", flat=True))
    looked_at = Finding.objects.filter(
        workspace=workspace_id, kind=Finding.Kind.ORPHAN, seen_at__isnull=False
    )
    excused = set(looked_at.values_list("key", flat=True))
    for reference in found.keys() - known - excused:
        yield Violation("I3", reference, "Vonage lists it and nobody asked for it here.")


def _dead_but_listed(moved: Iterable[Operation], found: Found) -> Iterator[Violation]:
    """I4: what came to nothing here came to nothing there."""
    for operation in moved:
        if operation.state in DEAD and operation.reference in found:
            yield Violation("I4", operation.reference, f"It is {operation.state}, and listed.")


def _sent_more_than_once(workspace_id: int) -> Iterator[Violation]:
    """I5: at most one attempt of each may have worked."""
    doubtful = Attempt.objects.filter(operation__workspace=workspace_id).exclude(
        outcome__in=[Attempt.Outcome.NOT_SENT, Attempt.Outcome.TURNED_AWAY]
    )
    counted = doubtful.values("operation__reference").annotate(count=Count("pk"))
    for row in counted.filter(count__gt=1):
        yield Violation("I5", row["operation__reference"], f"{row['count']} may have worked.")


def _illegal_ways(workspace_id: int) -> Iterator[Violation]:
    """I6: each went a legal way, step by step, to where it stands."""
    ways: dict[int, list[tuple[int, str]]] = defaultdict(list)
    steps = Transition.objects.filter(operation__workspace=workspace_id).order_by("version")
    for pk, version, end in steps.values_list("operation_id", "version", "end"):
        ways[pk].append((version, end))
    rows = Operation.objects.filter(workspace=workspace_id)
    for pk, reference, state, version in rows.values_list("pk", "reference", "state", "version"):
        way = [State(end) for _, end in ways[pk]]
        numbered = [number for number, _ in ways[pk]]
        whole = numbered == list(range(1, version + 1)) and way[-1:] == [state]
        if not whole or not may_reach(way):
            yield Violation("I6", reference, "Its steps do not lead to where it stands.")


def _stuck(workspace_id: int, now: datetime) -> Iterator[Violation]:
    """I7: nothing is being sent, or unknown, for longer than it may be."""
    sending = Attempt.objects.filter(
        operation__workspace=workspace_id,
        operation__state=State.SENDING,
        outcome="",
        started_at__lt=now - seconds(times().sweep + GRACE),
    )
    unknown = Operation.objects.filter(
        workspace=workspace_id,
        state=State.UNKNOWN,
        unknown_since__lt=now - seconds(times().settle + GRACE),
    )
    for reference in sending.values_list("operation__reference", flat=True):
        yield Violation("I7", reference, "It is being sent for too long.")
    for reference in unknown.values_list("reference", flat=True):
        yield Violation("I7", reference, "It is unknown for too long.")


def _not_in_the_book(workspace_id: int) -> Iterator[Violation]:
    """I9: the audit book says who asked for each, who agreed, and how it ended."""
    about = Entry.objects.filter(workspace_id=workspace_id, target_type=Operation._meta.label_lower)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for target, event in about.values_list("target_id", "event"):
        written[target][event.rsplit(":", 1)[-1]] += 1
    rows = Operation.objects.filter(workspace=workspace_id)
    rows = rows.annotate(verdict=F("approval__verdict"))
    for pk, reference, state, verdict in rows.values_list("pk", "reference", "state", "verdict"):
        wanted = {"ask": True, "settle": state in TERMINAL, "give": verdict == "approved"}
        missing = [word for word, is_due in wanted.items() if is_due and not written[str(pk)][word]]
        if missing:
            yield Violation("I9", reference, f"The audit book lacks {', '.join(missing)}.")


def _nobody_told(workspace_id: int) -> Iterator[Violation]:
    """I10: each end has one notice."""
    ended = Operation.objects.filter(workspace=workspace_id, state__in=TERMINAL)
    told = Count("notices", filter=Q(notices__state=F("state")))
    for reference in ended.annotate(told=told).exclude(told=1).values_list("reference", flat=True):
        yield Violation("I10", reference, "Nobody is told how it ended.")
