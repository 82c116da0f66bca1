"""What the promises about moved numbers are, held against what truly happened; without Django."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

DONE = "succeeded"
PEOPLE = "needs_human"
OPEN = {"ready", "sending", "unknown", "awaiting"}


class Move(NamedTuple):
    """A move as this installation sees it. subaccount: the side that is not the primary account.

    asked_at: when it was written down, so that no other could be. closed_at: None while open.
    """

    reference: str
    msisdn: str
    from_key: str
    to_key: str
    subaccount: str
    state: str
    asked_at: datetime
    closed_at: datetime | None


class Deed(NamedTuple):
    """A number that truly changed its owner."""

    msisdn: str
    from_key: str
    to_key: str
    at: datetime


class Seen(NamedTuple):
    """All that is known when everything stands still, and was read once more.

    owners: who truly has each number; None where nobody. mirror: who has it here. readable:
    subaccounts whose own list can be read.
    """

    moves: list[Move]
    deeds: list[Deed]
    owners: dict[str, str | None]
    mirror: dict[str, list[str]]
    readable: set[str]


def weighed(seen: Seen) -> dict[str, Any]:
    """Return the figures, and a sentence for everything that is wrong.

    owners_wrong: numbers that nobody has, or that are with somebody else here. lost: done here and
    not there, in this order. hidden: done there, and taken for dead here. together: moves of a
    number that was being moved. needless: for people, although the lists could tell. stuck: open.
    """
    per_number = [_matched(seen, msisdn) for msisdn in sorted(seen.owners)]
    wrong = {
        "owners_wrong": [*_owners_wrong(seen)],
        "lost": [each for lost, _ in per_number for each in lost],
        "hidden": [each for _, hidden in per_number for each in hidden],
        "together": [*_together(seen)],
        "needless": [
            each.reference
            for each in seen.moves
            if each.state == PEOPLE
            and each.subaccount in seen.readable
            and seen.owners[each.msisdn] in {each.from_key, each.to_key}
        ],
        "stuck": [each.reference for each in seen.moves if each.state in OPEN],
    }
    states = Counter(each.state for each in seen.moves)
    return {
        **{name: len(found) for name, found in wrong.items()},
        "wrong": [f"{name}: {each}" for name, found in wrong.items() for each in found],
        "moves": len(seen.moves),
        "done": states[DONE],
        "people": states[PEOPLE],
        "good": states[DONE] + states[PEOPLE],
    }


def _owners_wrong(seen: Seen) -> Iterator[str]:
    judged_by_people = {each.msisdn for each in seen.moves if each.state == PEOPLE}
    for msisdn, owner in seen.owners.items():
        here = seen.mirror.get(msisdn, [])
        if owner is None:
            yield f"nobody has {msisdn}"
        elif here != [owner] and msisdn not in judged_by_people:
            yield f"{msisdn} is with {owner}, and here with {here}"


def _matched(seen: Seen, msisdn: str) -> tuple[list[str], list[str]]:
    """Return the moves of a number that did not happen, and what happened without one.

    What happened has to be what succeeded, in its order; what needs people may have happened.
    """
    happened = [each for each in seen.deeds if each.msisdn == msisdn]
    asked = [each for each in seen.moves if each.msisdn == msisdn]
    lost = []
    for move in sorted(asked, key=lambda each: each.asked_at):
        if move.state not in {DONE, PEOPLE, *OPEN}:
            continue
        if happened and _is_of(happened[0], move):
            happened.pop(0)
        elif move.state == DONE:
            lost.append(move.reference)
    return lost, [f"{each.msisdn} from {each.from_key} to {each.to_key}" for each in happened]


def _is_of(deed: Deed, move: Move) -> bool:
    is_same = (deed.from_key, deed.to_key) == (move.from_key, move.to_key)
    is_then = move.asked_at <= deed.at and (move.closed_at is None or deed.at <= move.closed_at)
    return is_same and is_then


def _together(seen: Seen) -> Iterator[str]:
    latest: dict[str, Move] = {}
    for move in sorted(seen.moves, key=lambda each: each.asked_at):
        before = latest.get(move.msisdn)
        if before and (before.closed_at is None or before.closed_at > move.asked_at):
            yield f"{move.reference} while {before.reference} was open"
        latest[move.msisdn] = move
