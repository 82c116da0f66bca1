"""The reviewed tables: what is expected, written by hand and not worked out from the code.

`routes.csv` has a line for each address, `roles.csv` for each kind of visitor with what that one
sees in `tests/cast.py`, `presets.csv` for each capability.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = {"GET", "HEAD", "OPTIONS"}
OUTSIDE = "outside"
EVERYTHING = "everything"


@dataclass(frozen=True)
class Route:
    """An address, who may come there, and by which methods.

    kind: `public`, `signed_in`, `part` (of the workspace; a capability is looked at after the
    method), `owner` (others see it at most), `member_only` (all but the owner), `oneself` (also
    while looking with another's eyes), `workspace` (the capability anywhere in it), `primary` (the
    capability on its primary account, which no address names), or what the last part of the address
    names, on which the capability must be held. to_change: what a POST takes beside it. confirmed:
    whoever showed no password in the last minutes does so first (`yes`), or with a POST. methods:
    others get 405; where the list ends in a plus, they are answered and change nothing.
    form: what is sent with a POST. answers: further status codes of a visitor who is let in.
    """

    route: str
    kind: str
    capability: str
    to_change: str
    confirmed: str
    methods: frozenset[str]
    form: str
    answers: frozenset[int]
    answers_others: bool

    @property
    def is_in_workspace(self) -> bool:
        return self.kind not in {"public", "signed_in"}


@dataclass(frozen=True)
class Role:
    """A visitor: what he may do, and which accounts, people and tags he may read about."""

    role: str
    capabilities: frozenset[str]
    is_outside: bool
    sees: tuple[str, ...]
    people: tuple[str, ...]
    tags: tuple[str, ...]
    invitations: tuple[str, ...]

    def holds(self, capability: str) -> bool:
        return not capability or capability in self.capabilities


@cache
def routes() -> dict[str, Route]:
    found = [
        Route(
            route=row["route"],
            kind=row["kind"],
            capability=row["capability"],
            to_change=row["to_change"],
            confirmed=row["confirmed"],
            methods=frozenset(METHODS if row["methods"] == "any" else row["methods"].split()),
            form=row["form"],
            answers=frozenset(map(int, row["answers"].split())),
            answers_others=row["methods"].endswith("+"),
        )
        for row in _rows("routes.csv")
    ]
    return {each.route: each for each in found}


@cache
def presets() -> dict[str, frozenset[str]]:
    """Return the capabilities of each preset, and of the primary user."""
    rows = _rows("presets.csv")
    names = {name for row in rows for name in row["presets"].split()}
    held = {
        name: frozenset(row["capability"] for row in rows if name in row["presets"].split())
        for name in names
    }
    return {**held, EVERYTHING: frozenset(row["capability"] for row in rows)}


@cache
def roles() -> dict[str, Role]:
    found = [
        Role(
            role=row["role"],
            capabilities=presets().get(row["preset"], frozenset()),
            is_outside=row["preset"] == OUTSIDE,
            sees=tuple(row["sees"].split()),
            people=tuple(row["people"].split()),
            tags=tuple(row["tags"].split()),
            invitations=tuple(row["invitations"].split()),
        )
        for row in _rows("roles.csv")
    ]
    return {each.role: each for each in found}


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))
