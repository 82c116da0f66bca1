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

    kind: `public`, `signed_in`, `part` (of the workspace), `workspace` (the capability anywhere
    in it) or what the last part of the address names, on which the capability must be held.
    methods: others get 405; where the list ends in a plus, they are answered and change nothing.
    form: what is sent with a POST; `{tag}` is the id of a tag that gives nobody access.
    answers: further status codes of a visitor who is let in.
    flags: `confirmed` (the person showed the password a moment ago; `confirmed_post`: for a POST
    only, once the object is found), `post:CAPABILITY` (a POST needs it as well), `not:ROLE` (that
    visitor's POST gets 403), `as_oneself` (works while looking with another member's eyes).
    """

    route: str
    kind: str
    capability: str
    methods: frozenset[str]
    form: str
    answers: frozenset[int]
    answers_others: bool
    flags: frozenset[str]

    @property
    def needed_to_post(self) -> str:
        """The capability that a POST needs beside the one that opens the page, or nothing."""
        return next((each[5:] for each in self.flags if each.startswith("post:")), "")

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

    def holds(self, capability: str) -> bool:
        return not capability or capability in self.capabilities


@cache
def routes() -> dict[str, Route]:
    found = [
        Route(
            route=row["route"],
            kind=row["kind"],
            capability=row["capability"],
            methods=frozenset(METHODS if row["methods"] == "any" else row["methods"].split()),
            form=row["form"],
            answers=frozenset(map(int, row["answers"].split())),
            answers_others=row["methods"].endswith("+"),
            flags=frozenset(row["flags"].split()),
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
        )
        for row in _rows("roles.csv")
    ]
    return {each.role: each for each in found}


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))
