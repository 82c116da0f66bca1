"""What the promises about rotations are, held against what truly happened; without Django."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

MOST = 2
DONE = "succeeded"
DOUBTFUL = {DONE, "needs_human"}


class Turned(NamedTuple):
    """A rotation as this installation sees it. end: done, stopped, people (waits for them), open.

    is_own: of the workspace itself. new_id, old_id: Vonage's ids. added,
    revoked: states of its operations, empty where none.
    """

    pk: int
    key: str
    replaces: bool
    old_id: str
    new_id: str
    added: str
    revoked: str
    proved_at: datetime | None
    end: str
    detail: str = ""
    is_own: bool = False


class Deed(NamedTuple):
    """A secret that was truly made, or revoked."""

    key: str
    secret_id: str
    is_new: bool
    at: datetime


class Door(NamedTuple):
    """Whether a secret opens the account that it has to open."""

    whose: str
    key: str
    opens: bool


class Seen(NamedTuple):
    """All that is known when everything stands still. live: the ids that open each account."""

    rotations: list[Turned]
    deeds: list[Deed]
    live: dict[str, list[str]]
    doors: list[Door]
    leaked: list[str]


def weighed(seen: Seen) -> dict[str, Any]:
    """Return the figures, and a sentence for everything that is wrong.

    locked_out: accounts and secrets that do not open. doubled: secrets beyond the one that a
    rotation may have made. lost: done here and not there. hidden: done there, and taken for dead
    here. unproved: secrets revoked before another was proved. stuck: rotations that do not go on
    by themselves and wait for nobody. leaked: tables with a secret in plain text.
    """
    wrong = {
        "locked_out": [*_locked_out(seen)],
        "doubled": [*_doubled(seen)],
        "lost": [*_lost(seen)],
        "hidden": [*_hidden(seen)],
        "unproved": [*_unproved(seen)],
        "stuck": [f"rotation {each.pk}" for each in seen.rotations if each.end == "open"],
        "leaked": seen.leaked,
    }
    ends = Counter(each.end for each in seen.rotations)
    return {
        **{name: len(found) for name, found in wrong.items()},
        "wrong": [f"{name}: {each}" for name, found in wrong.items() for each in found],
        "done": ends["done"],
        "stopped": ends["stopped"],
        "people": ends["people"],
        "own": sum(each.is_own and each.end == "done" for each in seen.rotations),
        "doors": len(seen.doors),
        "why_stopped": sorted({each.detail for each in seen.rotations if each.end == "stopped"}),
        "good": ends["done"] + ends["people"],
    }


def _locked_out(seen: Seen) -> Iterator[str]:
    for key in {each.key for each in seen.rotations}:
        if not 1 <= len(seen.live.get(key, [])) <= MOST:
            yield f"{key} has {len(seen.live.get(key, []))} secrets"
    for door in seen.doors:
        if not door.opens:
            yield f"{door.whose} does not open {door.key}"


def _doubled(seen: Seen) -> Iterator[str]:
    made = Counter(each.key for each in seen.deeds if each.is_new)
    for key, count in made.items():
        asked = sum(each.key == key and each.added in DOUBTFUL for each in seen.rotations)
        if count > asked:
            yield f"{key} got {count} secrets for {asked} that may have been made"


def _lost(seen: Seen) -> Iterator[str]:
    made = {(each.key, each.secret_id) for each in seen.deeds if each.is_new}
    gone = {(each.key, each.secret_id) for each in seen.deeds if not each.is_new}
    last = {each.key: each.pk for each in seen.rotations}
    for each in seen.rotations:
        if each.added == DONE and (each.key, each.new_id) not in made:
            yield f"rotation {each.pk} made {each.new_id or 'nothing'} of {each.key}"
        if each.revoked == DONE and (each.key, each.old_id) not in gone:
            yield f"rotation {each.pk} did not revoke {each.old_id} of {each.key}"
        is_last = last[each.key] == each.pk
        if (
            each.end == "done"
            and each.replaces
            and is_last
            and seen.live[each.key] != [each.new_id]
        ):
            yield f"rotation {each.pk} is done, and {each.key} has {seen.live[each.key]}"


def _hidden(seen: Seen) -> Iterator[str]:
    made = {each.new_id for each in seen.rotations if each.added == DONE}
    open_keys = Counter(each.key for each in seen.rotations if each.added == "needs_human")
    gone = {each.old_id for each in seen.rotations if each.revoked in DOUBTFUL}
    for deed in seen.deeds:
        if deed.is_new and deed.secret_id not in made:
            if open_keys[deed.key]:
                open_keys[deed.key] -= 1
            else:
                yield f"{deed.secret_id} was made for {deed.key}"
        if not deed.is_new and deed.secret_id not in gone:
            yield f"{deed.secret_id} was revoked for {deed.key}"


def _unproved(seen: Seen) -> Iterator[str]:
    for deed in (each for each in seen.deeds if not each.is_new):
        theirs = [each for each in seen.rotations if (each.key, each.old_id) == deed[:2]]
        if not any(each.proved_at and each.proved_at <= deed.at for each in theirs):
            yield f"{deed.secret_id} of {deed.key} was revoked before another was proved"
