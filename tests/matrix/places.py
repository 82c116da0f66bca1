"""All addresses there are, and what they may name: one's own, somebody else's, nothing at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import ACCOUNTS, Cast
from tests.matrix.tables import Role, Route

ABSENT = "nobody-has-this"
_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]+\)")
_FIXED = {"token": ABSENT, "key": ABSENT, "uidb36": "1"}
"""What stands in addresses outside of workspaces."""


@dataclass(frozen=True)
class Place:
    """An address and what is known of it: whether the visitor may know that it exists."""

    object: str
    path: str
    is_visible: bool


def walked() -> list[str]:
    """Return the pattern of every address."""
    return list(_patterns(get_resolver()))


def places(route: Route, role: Role, cast: Cast) -> Iterator[Place]:
    """Yield the addresses of the route that differ in who may know of them."""
    if not route.is_in_workspace:
        yield Place("-", _path(route.route, _FIXED), is_visible=True)
        return
    inside = not role.is_outside
    objects = _objects(route.kind, role, cast)
    for name, value, visible in objects:
        path = _path(route.route, {"slug": cast.workspace.slug, **value})
        yield Place(name, path, is_visible=inside and visible)
    if role.role != "stranger":
        foreign = _foreign(route.kind, cast)
        path = _path(route.route, {"slug": cast.elsewhere.slug, **foreign})
        yield Place("elsewhere", path, is_visible=False)
    nowhere = {"slug": ABSENT, **objects[0][1]}
    yield Place("nowhere", _path(route.route, nowhere), is_visible=False)


Found = tuple[str, dict[str, Any], bool]


def _objects(kind: str, role: Role, cast: Cast) -> list[Found]:
    if kind == "account":
        return _account_objects(role, cast)
    return [("own", {}, True)]


def _account_objects(role: Role, cast: Cast) -> list[Found]:
    hidden = [name for name in ACCOUNTS if name not in role.sees]
    named = {"own": role.sees[:1], "primary": hidden[:1], "hidden": hidden[-1:]}
    found: list[Found] = [
        (label, {"api_key": cast.accounts[name].api_key}, label == "own")
        for label, names in named.items()
        for name in names
    ]
    absent = ("foreign", {"api_key": cast.foreign["account"].api_key}, False)
    return [*found, absent, ("absent", {"api_key": ABSENT}, False)]


def _foreign(kind: str, cast: Cast) -> dict[str, Any]:
    return {"api_key": cast.foreign["account"].api_key} if kind == "account" else {}


def _path(pattern: str, values: dict[str, Any]) -> str:
    path = _PART.sub(lambda found: str(values[found[1] or found[2]]), pattern)
    return "/" + path.lstrip("^/").rstrip("$")


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        address = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _patterns(each, address)
        elif isinstance(each, URLPattern):
            yield address if address.startswith("^") else f"/{address}"
