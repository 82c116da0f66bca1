"""The tables, and changes to them that happen as a whole or not at all."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from simulator import origin
from simulator.records import (
    Account,
    Event,
    OwnedNumber,
    Record,
    Report,
    Settings,
    Switches,
    Transfer,
)

R = TypeVar("R", bound=Record)
SIMULATOR = "simulator"  # the key of the one record of switches


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that entered or left an account other than by transfer, in EUR."""

    api_key: str
    kind: Literal["used", "paid", "set"]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """One record before and after; None: it was not there, or is not there any more."""

    table: str
    key: str
    before: Record | None
    after: Record | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One mutation: what was done, when, by whom, in which request, and what it changed."""

    number: int
    at: datetime
    act: str
    by: str
    request_id: str
    flows: tuple[Flow, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """Records of one type by key, oldest first."""

    name: str
    type: type[R]
    rows: dict[str, R] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A change in the making: nobody else sees it yet."""

    puts: dict[tuple[str, str], Record | None] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    def put(self, table: Table[R], key: str, record: R | None) -> None:
        """Let the record take its place; None removes it."""
        self.puts[table.name, key] = record


class Store:
    """Everything that is kept. Thread-safe; hold `lock` to read several things as of one moment."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.version = 0  # the number of mutations so far
        self.accounts = Table("accounts", Account)
        self.transfers = Table("transfers", Transfer)
        self.numbers = Table("numbers", OwnedNumber)
        self.settings = Table("settings", Settings)
        self.events = Table("events", Event)
        self.reports = Table("reports", Report)
        self.switches = Table("switches", Switches, {SIMULATOR: Switches()})
        found = [table for table in vars(self).values() if isinstance(table, Table)]
        self.tables: dict[str, Table[Record]] = {table.name: table for table in found}
        self.before_commit: Callable[[Entry], None] = lambda _: None  # may refuse by raising
        self.after_commit: list[Callable[[Entry], None]] = []
        self._now = now
        self._draft: Draft | None = None
        self._drafter = 0  # the thread whose draft it is

    def get(self, table: Table[R], key: str) -> R | None:
        """Return a record; inside `change`, as the change has it so far."""
        draft = self._draft
        if draft is not None and self._drafter == threading.get_ident():
            place = (table.name, key)
            if place in draft.puts:
                return draft.puts[place]  # type: ignore[return-value] # what `put` took
        return table.rows.get(key)

    def all(self, table: Table[R]) -> list[R]:
        """Return the records of a table, oldest first."""
        with self.lock:
            return list(table.rows.values())

    @contextmanager
    def change(self, act: str) -> Iterator[Draft]:
        """Make all changes of the block one mutation. Nothing happens where the block raises.

        A change inside a change is part of the outer one. OSError where it cannot be kept.
        """
        with self.lock:
            if self._draft is not None:
                yield self._draft
                return
            self._draft, self._drafter = Draft(), threading.get_ident()
            try:
                yield self._draft
                entry = self._entry(act, self._draft)
                if entry.changes:
                    self.before_commit(entry)
                    self.apply(entry)
            finally:
                self._draft = None

    def apply(self, entry: Entry) -> None:
        """Let a complete entry take effect; it is for `change` and for the journal to call."""
        for change in entry.changes:
            rows = self.tables[change.table].rows
            if change.after is None:
                rows.pop(change.key, None)
            else:
                rows[change.key] = change.after
        self.version = entry.number
        for watcher in self.after_commit:
            watcher(entry)

    def _entry(self, act: str, draft: Draft) -> Entry:
        who = origin.current()
        changes = [
            Change(name, key, before=self.tables[name].rows.get(key), after=record)
            for (name, key), record in draft.puts.items()
        ]
        return Entry(
            number=self.version + 1,
            at=self._now(),
            act=act,
            by=who.by,
            request_id=who.request_id,
            flows=tuple(draft.flows),
            changes=tuple(changes),
        )
