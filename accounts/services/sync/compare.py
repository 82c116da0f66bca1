"""The difference between what we know and what Vonage says. Pure: no database, no clock."""

from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

from accounts.conditions import LOW_UNITS
from accounts.naming import is_key
from accounts.services.sync.answers import Answer, Figures
from vonage_api import errors
from vonage_api.subaccounts import Row

Known = tuple[Any, ...]
"""One account as the mirror has it: like a row of the answer, then its id and if it vanished."""

_ROW = 6
_ID, _VANISHED = 6, 7
_UNKNOWN: Known = ()


class Difference(NamedTuple):
    """One known account whose row no longer says what Vonage says."""

    id: int
    before: Figures
    after: Figures
    returned: bool


@dataclass
class Changes:
    """What to write, and what was counted on the way."""

    created: dict[str, Figures] = field(default_factory=dict)
    changed: list[Difference] = field(default_factory=list)
    vanished: list[int] = field(default_factory=list)
    accounts: int = 0
    shared: int = 0
    suspended: int = 0
    negative: int = 0
    low: int = 0
    gone: int = 0


def compare(known: dict[str, Known], answer: Answer) -> Changes:
    """Return what differs between `known` (by API key) and the answer.

    Raises `errors.Malformed` for an answer that cannot be believed: an account listed twice, or no
    subaccount at all where there were some. Nothing may be deleted on such evidence.
    """
    rows: list[Row] = [(answer.primary_key, *_primary(known, answer)), *answer.rows]
    listed = {row[0] for row in rows}
    if len(listed) != len(rows):
        raise errors.Malformed("an account is listed twice")
    changes = _counted(rows)
    for row, before in _different(known, rows):
        _note(changes, row, before)
    if not all(map(is_key, changes.created)):
        raise errors.Malformed("an API key is longer than keys are, or holds control characters")
    if not answer.is_partial:
        _note_missing(changes, [known[key] for key in known.keys() - listed], answer)
    return changes


def _counted(rows: list[Row]) -> Changes:
    own = [(row[4], row[5]) for row in rows if row[4] is not None]
    return Changes(
        accounts=len(rows),
        shared=sum([row[2] for row in rows]),
        suspended=sum([row[3] for row in rows]),
        negative=sum([balance < 0 for balance, _ in own]),
        low=sum([balance - (limit or 0) < LOW_UNITS for balance, limit in own]),
    )


def _different(known: dict[str, Known], rows: list[Row]) -> list[tuple[Row, Known]]:
    """Return each row that is new, other than before or back, with what was known of it.

    Hot: the only work that is done for each account of an answer.
    """
    vanished = {row[0] for row in known.values() if row[_VANISHED]}
    befores = map(known.get, [row[0] for row in rows], repeat(_UNKNOWN))
    return [
        (row, before)
        for row, before in zip(rows, befores, strict=True)
        if before[:_ROW] != row or row[0] in vanished
    ]


def _note(changes: Changes, row: Row, before: Known) -> None:
    after = Figures.of(row)
    if not before:
        changes.created[row[0]] = after
        return
    was, back = Figures.of(before[:_ROW]), bool(before[_VANISHED])
    if was != after or back:
        changes.changed.append(Difference(before[_ID], was, after, returned=back))


def _primary(known: dict[str, Known], answer: Answer) -> Figures:
    """Return the primary's figures; a bare balance says nothing against its name and state."""
    before = known.get(answer.primary_key)
    if not answer.is_partial or before is None:
        return answer.primary
    return Figures.of(before[:_ROW])._replace(balance=answer.primary.balance, credit_limit=None)


def _note_missing(changes: Changes, missing: list[Known], answer: Answer) -> None:
    changes.vanished = [row[_ID] for row in missing if not row[_VANISHED]]
    changes.gone = len(missing)
    if changes.vanished and not answer.rows:
        raise errors.Malformed(f"no subaccounts are listed, where there were {len(missing)}")
