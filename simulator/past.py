"""What the records were a moment ago, for lists that are old."""

from datetime import timedelta
from typing import TypeVar, cast

from simulator.records import Record
from simulator.state import State
from simulator.store import Table

R = TypeVar("R", bound=Record)


def rows(state: State, table: Table[R], seconds: float) -> dict[str, R]:
    """Return the records of a table as they were so many seconds ago, by key."""
    with state.lock:
        found, then = dict(table.rows), state.now() - timedelta(seconds=seconds)
        for entry in reversed(state.ledger.entries(limit=LONGEST) if seconds else []):
            if entry.at <= then:
                break
            for change in (each for each in entry.changes if each.table == table.name):
                if change.before is None:
                    found.pop(change.key, None)
                else:
                    found[change.key] = cast("R", change.before)
        return found


LONGEST = 1_000_000
"""More than the ledger keeps."""
