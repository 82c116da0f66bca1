"""docs/permissions.md, from the code: groups of rights by role, every right, every address."""

from collections.abc import Iterable, Iterator

from django.urls import get_resolver

from dashboard.checks import views_of
from teams.access import Access, access_of
from teams.capabilities import NEEDS_SECOND_FACTOR
from teams.levels import GROUPS, Group, Level
from teams.presets import PRESETS

_INTRODUCTION = """\
<!-- `python manage.py permissions` prints this page, and a test compares it -->
# Permissions

A person may do what the active grants of that person add up to: each gives a role on a set of
accounts. There is no right to take something away. The primary user holds everything. What one
holds nothing on does not exist: 404. What one sees but may not do is refused with the name of the
right: 403."""

_ROLES = """\
## The roles that come with the product

The highest level that a role holds of each group; each level holds what the ones below it hold. A
workspace can define roles of its own by the same levels. Whoever may do anything on accounts also
sees them."""

_RIGHTS = """\
## Every right

Rights from *Accounts* to *Activity on accounts* are held on each account for itself, the others
in the workspace as a whole. Where a workspace requires second factors, those marked do not work
without one."""

_ADDRESSES = """\
## Every address

A right that is held on accounts lets a person in who holds it on any account; what is shown there
is about the accounts on which it is held."""

_WORDS = {Level.NONE: "-"}


def document() -> str:
    """Return the page in Markdown."""
    parts = [
        *(_INTRODUCTION, _ROLES, _table(_by_role())),
        *(_RIGHTS, _table(_by_right())),
        *(_ADDRESSES, _table(_by_address())),
    ]
    return "\n\n".join(parts)


def _table(rows: Iterable[Iterable[str]]) -> str:
    head, *body = [list(row) for row in rows]
    return "\n".join(map(_line, [head, ["---"] * len(head), *body]))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _by_role() -> Iterator[Iterable[str]]:
    yield ["", *(preset.name for preset in PRESETS.values())]
    for group in GROUPS.values():
        yield [group.name, *(_level(group, preset.mask) for preset in PRESETS.values())]


def _level(group: Group, mask: int) -> str:
    level = group.level_in(mask)
    return _WORDS.get(level, level.value)


def _by_right() -> Iterator[Iterable[str]]:
    yield "group", "from level", "right", "lets a person", "second factor"
    for group in GROUPS.values():
        for level, added in group.adds.items():
            for right in added:
                factor = "yes" if right.bit & NEEDS_SECOND_FACTOR else ""
                yield group.name, level.value, f"`{right.value}`", right.description, factor


def _by_address() -> Iterator[Iterable[str]]:
    yield "address", "who may come in"
    for address, view in views_of(get_resolver()):
        access = access_of(view)
        if access:
            yield f"`{address}`", _who(access)


def _who(access: Access) -> str:
    if access.public:
        return f"everybody: {access.reason}"
    if access.capability:
        return f"who may {access.capability.description} (`{access.capability.value}`)"
    whose = "everybody in the workspace" if access.in_workspace else "everybody signed in"
    return f"{whose}: {access.reason}"
