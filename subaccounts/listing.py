"""The list of transfers: what was asked for here, and what was made elsewhere, newest first.

Two walks along two indexes, merged: as quick with a million old transfers as with ten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from accounts.activity import SOMEBODY, sees_names
from accounts.models import Account
from operations.models import Operation
from operations.states import State
from subaccounts.forms.transfers import ELSEWHERE, KINDS
from subaccounts.models import RemoteTransfer
from subaccounts.seeing import elsewhere_of, transfers_of
from teams.policy import Actor

PAGE = 50
NOTHING = Decimal(0)
_AT_ONCE = 500
_OURS, _OTHERS = "o", "r"
_KINDS = {"balance": "balance_transfer", "credit": "credit_transfer"}


class Line(NamedTuple):
    """One transfer. The first three sort it; `gives`: to the subaccount.

    `reference` is empty for one that was made elsewhere.
    """

    at: datetime
    source: str
    pk: int
    account: Account | None
    kind: str
    gives: bool
    amount: Decimal
    state: str
    label: str
    who: str
    approved_by: str
    note: str
    reference: str
    remote_id: str
    detail: str

    @property
    def place(self) -> str:
        """Where it stands in the list, as an address carries it."""
        return f"{self.at.timestamp():.6f}_{self.source}_{self.pk}"

    @property
    def moved(self) -> str:
        """What was moved, in words."""
        return dict(KINDS)[self.kind].lower()


class Place(NamedTuple):
    """Behind which line a page begins."""

    at: datetime
    source: str
    pk: int

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place that an address carries; None where it makes no sense."""
        at, _, rest = text.partition("_")
        source, _, pk = rest.partition("_")
        try:
            return cls(datetime.fromtimestamp(float(at), UTC), source, int(pk))
        except (ValueError, OverflowError, OSError):
            return None


class Page(NamedTuple):
    """Lines, and the place of the last one where more follow."""

    lines: list[Line]
    after: str


@dataclass(frozen=True)
class Totals:
    """What was done of all that is listed, in EUR, seen from the subaccounts."""

    balance_given: Decimal
    balance_taken: Decimal
    credit_given: Decimal
    credit_taken: Decimal


def page(actor: Actor, wanted: Mapping[str, Any], after: str = "") -> Page:
    """Return a page of the transfers that the person sees. Two queries."""
    found = _lines(actor, wanted, Place.read(after), PAGE + 1)
    return Page(found[:PAGE], found[PAGE - 1].place if len(found) > PAGE else "")


def everything(actor: Actor, wanted: Mapping[str, Any]) -> Iterator[Line]:
    """Return all of them, some hundred at a time."""
    place: Place | None = None
    while found := _lines(actor, wanted, place, _AT_ONCE):
        yield from found
        last = found[-1]
        place = Place(last.at, last.source, last.pk)


def totals(actor: Actor, wanted: Mapping[str, Any]) -> Totals:
    """Return the sums of what was done, on accounts in sight. Two queries."""
    ours = _summed(_ours(actor, wanted).filter(state=State.SUCCEEDED), _KINDS)
    others = _summed(_others(actor, wanted), {kind: kind for kind in _KINDS})
    return Totals(*(one + other for one, other in zip(ours, others, strict=True)))


def _summed(rows: QuerySet[Any], kinds: Mapping[str, str]) -> list[Decimal]:
    to_it = Q(to_key=F("account__api_key"))
    parts = {
        f"{moved}_{way}": Sum("amount", filter=Q(kind=kind) & condition)
        for moved, kind in kinds.items()
        for way, condition in (("given", to_it), ("taken", ~to_it))
    }
    found = rows.aggregate(**parts)
    return [found[name] or NOTHING for name in parts]


def _lines(actor: Actor, wanted: Mapping[str, Any], after: Place | None, count: int) -> list[Line]:
    names = sees_names(actor)
    ours = _behind(_ours(actor, wanted), after, _OURS).order_by("-created_at", "-pk")
    others = _behind(_others(actor, wanted), after, _OTHERS).order_by("-created_at", "-pk")
    lines = [
        *(_of_ours(each, actor, names=names) for each in ours[:count]),
        *(_of_others(each) for each in others[:count]),
    ]
    lines.sort(key=lambda line: line[:3], reverse=True)
    return list(islice(lines, count))


def _behind(rows: QuerySet[Any], after: Place | None, source: str) -> QuerySet[Any]:
    """Keep what comes behind a place: earlier, or at the same moment and behind it in the order."""
    if after is None:
        return rows
    same = Q(created_at=after.at)
    if source == after.source:
        same &= Q(pk__lt=after.pk)
    elif source > after.source:
        same = Q(pk__in=[])
    return rows.filter(Q(created_at__lt=after.at) | same)


def _ours(actor: Actor, wanted: Mapping[str, Any]) -> QuerySet[Operation]:
    rows = transfers_of(actor)
    if wanted.get("state") == ELSEWHERE:
        return rows.none()
    if state := wanted.get("state"):
        rows = rows.filter(state=state)
    if person := wanted.get("person"):
        own = Q(made_by=actor.user)
        rows = rows.filter(Q() if sees_names(actor) else own, made_by__username__iexact=person)
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    return _narrowed(rows, wanted)


def _others(actor: Actor, wanted: Mapping[str, Any]) -> QuerySet[RemoteTransfer]:
    rows = elsewhere_of(actor)
    if wanted.get("person") or wanted.get("state") not in {None, "", ELSEWHERE}:
        return rows.none()
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind.removesuffix("_transfer"))
    return _narrowed(rows, wanted)


def _narrowed(rows: QuerySet[Any], wanted: Mapping[str, Any]) -> QuerySet[Any]:
    if key := wanted.get("account"):
        rows = rows.filter(account__api_key=key)
    if start := wanted.get("start"):
        rows = rows.filter(created_at__gte=_begin(start))
    if end := wanted.get("end"):
        rows = rows.filter(created_at__lt=_begin(end + timedelta(days=1)))
    return rows


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _of_ours(operation: Operation, actor: Actor, *, names: bool) -> Line:
    account, approval = operation.account, getattr(operation, "approval", None)
    approver = approval.decided_by if approval else None
    return Line(
        at=operation.created_at,
        source=_OURS,
        pk=operation.pk,
        account=account,
        kind=operation.kind,
        gives=bool(account and operation.to_key == account.api_key),
        amount=operation.amount or NOTHING,
        state=operation.state,
        label=State(operation.state).label,
        who=_named(operation.made_by, actor, names=names),
        approved_by=_named(approver, actor, names=names) if approver else "",
        note=operation.memo,
        reference=operation.reference,
        remote_id=operation.remote_id,
        detail=operation.detail,
    )


def _of_others(transfer: RemoteTransfer) -> Line:
    account = transfer.account
    return Line(
        at=transfer.created_at,
        source=_OTHERS,
        pk=transfer.pk,
        account=account,
        kind=_KINDS[transfer.kind],
        gives=bool(account and transfer.to_key == account.api_key),
        amount=transfer.amount,
        state=ELSEWHERE,
        label="Made elsewhere",
        who="",
        approved_by="",
        note=transfer.reference,
        reference="",
        remote_id=transfer.remote_id,
        detail="",
    )


def _named(person: Any, actor: Actor, *, names: bool) -> str:
    return str(person) if names or person == actor.user else SOMEBODY
