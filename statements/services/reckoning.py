"""From what is known to the lines of a statement: pure, exact, and honest about what is not known.

Everything is reckoned at cost. What a person sees of it is decided in `statements.seeing`.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from statements.models import Line
from statements.months import Month
from statements.services.gathering import EUR, NOTHING, Facts, Moved, Used
from statements.services.resale import rounded

Kind = Line.Kind
Note = list[Any]
"""A code of `statements.wording`, and what it names."""
_OLD = timedelta(days=1)


@dataclass(frozen=True)
class Figure:
    """One line: as `Line`, not written yet."""

    kind: str
    product: str = ""
    direction: str = ""
    count: int | None = None
    amount: Decimal | None = None
    resale: Decimal | None = None
    currency: str = EUR


@dataclass
class Reckoned:
    """A statement, not written yet."""

    pk: int
    shares_balance: bool
    zone: str
    lines: list[Figure] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What it says, in short. How many numbers there are today is not of that month."""
        lines = [
            [str(each) for each in vars(line).values()]
            for line in self.lines
            if line.kind != Kind.NUMBERS
        ]
        said = json.dumps([self.shares_balance, self.zone, lines, self.notes])
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Around:
    """What is the same for all accounts of the workspace."""

    month: Month
    transfers_until: datetime | None
    # What accounts used that share the primary account's balance; None: none do.
    shared: Moved | None


def reckon(facts: Facts, around: Around) -> Reckoned:
    """Return the statement of an account."""
    made = Reckoned(facts.pk, facts.shares_balance, around.month.zone)
    usage = _usage(facts, made.notes)
    moves = _moves(facts, around, made.notes)
    numbers = Figure(Kind.NUMBERS, count=facts.numbers)
    _note_usage(facts, made.notes)
    if facts.shares_balance:
        made.notes.append(["shares_balance", {}])
        made.lines = [*moves, *usage, numbers]
        return made
    opening = Figure(Kind.OPENING, amount=facts.opening)
    paid = [*usage, *_shared(facts, around)]
    made.lines = [opening, *moves, *paid, numbers, *_closing(facts, paid, around, made.notes)]
    return made


def _shared(facts: Facts, around: Around) -> list[Figure]:
    """Return what the primary account paid for others."""
    if not (facts.is_primary and around.shared):
        return []
    return [Figure(Kind.SHARED, count=around.shared.count, amount=around.shared.amount)]


def _moves(facts: Facts, around: Around, notes: list[Note]) -> list[Figure]:
    """Return the transfers; those of balance are told also where there are none."""
    if around.transfers_until is None:
        notes.append(["transfers_unread", {}])
        kinds = () if facts.shares_balance else (Kind.TRANSFER_IN, Kind.TRANSFER_OUT)
        return [Figure(kind) for kind in kinds]
    if around.transfers_until < around.month.end:
        notes.append(["transfers_late", {"until": around.transfers_until.isoformat()}])
    found = dict(facts.moved)
    if not facts.shares_balance:
        none = Moved(0, NOTHING)
        found = {Kind.TRANSFER_IN: none, Kind.TRANSFER_OUT: none, **found}
    order = (Kind.TRANSFER_IN, Kind.TRANSFER_OUT, Kind.CREDIT_IN, Kind.CREDIT_OUT)
    return [
        Figure(kind, count=found[kind].count, amount=found[kind].amount)
        for kind in order
        if kind in found
    ]


def _usage(facts: Facts, notes: list[Note]) -> list[Figure]:
    """Return one line for each product, direction and currency."""
    lines: dict[tuple[str, str, str], list[Used]] = {}
    for used in facts.used:
        lines.setdefault((used.product, used.direction, used.currency), []).append(used)
    figures = [_line(facts, rows) for rows in lines.values()]
    if len(facts.lists) > 1:
        notes.append(["two_lists", {}])
    elif not facts.lists:
        notes.append(["no_list", {}])
    elif any(each.resale is None for each in figures):
        notes.append(["partly_priced", {}])
    return figures


def _line(facts: Facts, rows: list[Used]) -> Figure:
    first = rows[0]
    return Figure(
        Kind.USAGE,
        first.product,
        first.direction,
        count=sum(each.count for each in rows),
        amount=sum((each.cost for each in rows), NOTHING),
        resale=_resale(facts, rows),
        currency=first.currency,
    )


def _resale(facts: Facts, rows: list[Used]) -> Decimal | None:
    """Return what a line is resold for; None where a part of it has no price."""
    if len(facts.lists) != 1:
        return None
    parts = [
        facts.lists[0].of(
            each.product,
            each.direction,
            each.country,
            count=each.count,
            cost=each.cost,
            currency=each.currency,
        )
        for each in rows
    ]
    known = [each for each in parts if each is not None]
    return rounded(sum(known, NOTHING)) if len(known) == len(parts) else None


def _note_usage(facts: Facts, notes: list[Note]) -> None:
    if not facts.missing:
        notes.append(["unasked", {}])
    for (product, direction), days in facts.missing.items():
        if days:
            notes.append(
                ["days_unknown", {"product": product, "direction": direction, "days": days}]
            )


def _closing(facts: Facts, usage: list[Figure], around: Around, notes: list[Note]) -> list[Figure]:
    """Return what there should be at the end, what there was, and how they differ."""
    since = f"{facts.known_since.isoformat()}" if facts.known_since else ""
    for name, known in (("opening", facts.opening), ("closing", facts.closing)):
        if known is None:
            notes.append([f"{name}_unknown", {"since": since}])
    computed, difference = None, None
    if facts.opening is not None and around.transfers_until is not None:
        got = sum((_amount(facts, Kind.TRANSFER_IN), -_amount(facts, Kind.TRANSFER_OUT)))
        spent = sum((each.amount or NOTHING for each in usage if each.currency == EUR), NOTHING)
        computed = facts.opening + got - spent
    if computed is not None and facts.closing is not None:
        difference = facts.closing - computed
    if difference:
        notes.extend(_reasons(facts, usage, around))
    return [
        Figure(Kind.COMPUTED, amount=computed),
        Figure(Kind.MIRROR, amount=facts.closing),
        Figure(Kind.DIFFERENCE, amount=difference),
    ]


def _amount(facts: Facts, kind: Kind) -> Decimal:
    return facts.moved[kind].amount if kind in facts.moved else NOTHING


def _reasons(facts: Facts, usage: list[Figure], around: Around) -> list[Note]:
    """Return what may explain a difference: all that applies, and nothing that does not."""
    found: list[Note] = []
    if facts.numbers != 0:
        found.append(["why_numbers", {}])
    if not facts.missing or any(facts.missing.values()):
        found.append(["why_days", {}])
    found.extend(
        [
            "why_currency",
            {"product": each.product, "amount": str(each.amount), "currency": each.currency},
        ]
        for each in usage
        if each.currency != EUR
    )
    if facts.other_zones:
        found.append(["why_zone", {"zones": facts.other_zones}])
    if around.transfers_until and around.transfers_until < around.month.end:
        found.append(["why_transfers", {"until": around.transfers_until.isoformat()}])
    if facts.closing_at and around.month.end - facts.closing_at > _OLD:
        found.append(["why_reading", {"at": facts.closing_at.isoformat()}])
    if facts.is_primary:
        found.append(["why_payments", {}])
        if around.shared:
            found.append(["why_shared", {}])
    found.append(["why_other", {}])
    return found
