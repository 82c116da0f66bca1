"""The difference between what we know and what Vonage says. Pure: no database, no clock."""

from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from accounts.conditions import LOW_UNITS
from accounts.naming import is_key
from accounts.services.sync.answers import Answer, Figures, figures
from vonage_api import errors


class Known(NamedTuple):
    """One account as the mirror has it."""

    id: int
    vanished: bool
    figures: Figures


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
    keys = {answer.primary_key, *(item.api_key for item in answer.subaccounts)}
    if len(keys) != len(answer.subaccounts) + 1:
        raise errors.Malformed("an account is listed twice")
    if any(not is_key(key) for key in keys):
        raise errors.Malformed("an API key is longer than keys are, or holds control characters")
    changes = Changes(accounts=len(keys))
    _note_listed(changes, known, answer)
    if not answer.is_partial:
        _note_missing(changes, [row for key, row in known.items() if key not in keys], answer)
    return changes


def _note_listed(changes: Changes, known: dict[str, Known], answer: Answer) -> None:
    """Hot: runs once per account of the answer."""
    primary = (answer.primary_key, _primary(known, answer))
    for api_key, after in chain([primary], figures(answer.subaccounts)):
        changes.shared += after.shares_balance
        changes.suspended += after.suspended
        if after.balance is not None:
            changes.negative += after.balance < 0
            changes.low += after.balance - (after.credit_limit or 0) < LOW_UNITS
        before = known.get(api_key)
        if before is None:
            changes.created[api_key] = after
        elif before.figures != after or before.vanished:
            changes.changed.append(Difference(before.id, before.figures, after, before.vanished))


def _primary(known: dict[str, Known], answer: Answer) -> Figures:
    """Return the primary's figures; a bare balance says nothing against its name and state."""
    before = known.get(answer.primary_key)
    if not answer.is_partial or before is None:
        return answer.primary
    return before.figures._replace(balance=answer.primary.balance, credit_limit=None)


def _note_missing(changes: Changes, missing: list[Known], answer: Answer) -> None:
    changes.vanished = [row.id for row in missing if not row.vanished]
    changes.gone = len(missing)
    if changes.vanished and not answer.subaccounts:
        raise errors.Malformed(f"no subaccounts are listed, where there were {len(missing)}")
