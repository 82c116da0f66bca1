"""The journal: a file of JSON lines that outlives the process, `kill -9` included.

The first line names the customer, which is built from its seed again. Each further line is one
mutation, written before it takes effect; so a line that a crash cut short never happened. A long
journal is folded at the start: into one line that holds everything that differs from the seed.
"""

import json
import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

from simulator import codec
from simulator.ledger import Book
from simulator.records import Account
from simulator.state import State
from simulator.store import Change, Entry, Flow, Store

LONGEST = 10_000  # lines behind the folded one; then the journal is folded again
Sync = Literal["always", "second", "never"]


class JournalError(Exception):
    """The file is damaged, or belongs to another customer."""


class Journal:
    """Keeps a `State` in a file, from `open` to `close`.

    `sync` says when the file is forced to the disk: for each mutation, once per second of
    activity, or never. Only a crash of the machine can tell these apart.
    """

    def __init__(self, path: Path, state: State, *, customer: dict[str, Any], sync: Sync) -> None:
        self._path = path
        self._state = state
        self._header = {"simulator": 1, "customer": customer}
        self._sync = sync
        self._synced_at = 0.0
        self._seeded = dict(state.store.accounts.rows)
        self._lines = 0  # that were not folded
        self._file = -1

    @classmethod
    def open(
        cls, path: Path, state: State, *, customer: dict[str, Any], sync: Sync = "second"
    ) -> Self:
        """Bring the state to where the journal ends, and write every further mutation to it.

        `state` is the customer as built; `customer` is whatever makes it so. A file that is not
        there yet is made. JournalError, OSError.
        """
        journal = cls(path, state, customer=customer, sync=sync)
        if path.exists():
            journal._lines = _continue(path, state, journal._header)
        if journal._lines == 0:
            _write_new(path, _line(journal._header))
        journal._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        journal._keep_short()
        state.store.before_commit = journal._append
        return journal

    def close(self) -> None:
        """Write no more."""
        os.fsync(self._file)
        os.close(self._file)
        self._file = -1

    def _append(self, entry: Entry) -> None:
        self._keep_short()
        data, end = _line(_written(entry)), os.fstat(self._file).st_size
        if os.write(self._file, data) != len(data):
            os.ftruncate(self._file, end)
            raise OSError(f"{self._path} could not be written in full.")
        self._lines += 1
        now = time.monotonic()
        if self._sync == "always" or (self._sync == "second" and now - self._synced_at >= 1):
            os.fsync(self._file)
            self._synced_at = now

    def _keep_short(self) -> None:
        if self._lines > LONGEST:
            _fold(self._path, self._state, self._header, seeded=self._seeded)
            os.close(self._file)
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            self._lines = 0


def _continue(path: Path, state: State, header: dict[str, Any]) -> int:
    """Read the whole lines into the state, cut off a torn one; return how many there are."""
    number = end = 0
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            try:
                _take(state, json.loads(line), header, first=number == 0)
            except (ValueError, KeyError, TypeError) as error:
                raise JournalError(
                    f"{path} is damaged in line {number + 1}. Move it away."
                ) from error
            number, end = number + 1, end + len(line)
    os.truncate(path, end)
    return number


def _take(state: State, content: Any, header: dict[str, Any], *, first: bool) -> None:
    if first:
        if content != header:
            raise JournalError("The journal belongs to another customer. Move it away.")
    elif "books" in content:
        _unfold(state, content)
    else:
        state.store.apply(_entry(state.store, content))


def _written(entry: Entry) -> dict[str, Any]:
    puts = [[c.table, c.key, codec.plain(c.after)] for c in entry.changes]
    return {
        "n": entry.number,
        "at": entry.at.isoformat(),
        "act": entry.act,
        "by": entry.by,
        "request": entry.request_id,
        "flows": [[flow.api_key, flow.kind, str(flow.amount)] for flow in entry.flows],
        "puts": puts,
    }


def _entry(store: Store, content: dict[str, Any]) -> Entry:
    return Entry(
        number=content["n"],
        at=datetime.fromisoformat(content["at"]),
        act=content["act"],
        by=content["by"],
        request_id=content["request"],
        flows=tuple(
            codec.record(Flow, {"api_key": key, "kind": kind, "amount": amount})
            for key, kind, amount in content["flows"]
        ),
        changes=tuple(_changes(store, content["puts"])),
    )


def _changes(store: Store, puts: list[Any]) -> Iterator[Change]:
    for name, key, content in puts:
        table = store.tables[name]
        after = None if content is None else codec.record(table.type, content)
        yield Change(name, key, before=table.rows.get(key), after=after)


def _fold(path: Path, state: State, header: dict[str, Any], *, seeded: dict[str, Account]) -> None:
    """Replace the journal by its header and one line: what is, instead of how it came about."""
    folded = {
        "n": state.version,
        "books": {key: codec.plain(book) for key, book in state.ledger.books.items()},
        "puts": [
            [table.name, key, codec.plain(record)]
            for table in state.store.tables.values()
            for key, record in table.rows.items()
            if seeded.get(key) is not record
        ],
        "gone": [key for key in seeded if key not in state.store.accounts.rows],
    }
    draft = path.with_name(path.name + ".new")
    _write_new(draft, _line(header) + _line(folded))
    draft.replace(path)


def _write_new(path: Path, data: bytes) -> None:
    """Write a whole file that is for us alone, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _unfold(state: State, content: dict[str, Any]) -> None:
    for change in _changes(state.store, content["puts"]):
        assert change.after is not None  # noqa: S101 - for the type checker
        state.store.tables[change.table].rows[change.key] = change.after
    for key in content["gone"]:
        state.store.accounts.rows.pop(key, None)
    state.ledger.books.update(
        {key: codec.record(Book, book) for key, book in content["books"].items()}
    )
    state.store.version = content["n"]


def _line(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
