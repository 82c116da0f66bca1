"""All addresses there are, and what they may name: one's own, somebody else's, nothing at all."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import PEOPLE, Cast
from tests.matrix.tables import Role, Route

ABSENT = "nobody-has-this"
_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]+\)")
_FIXED = {"token": ABSENT, "key": ABSENT, "uidb36": "1", "pk": 999_999, "provider_id": ABSENT}
"""What stands in addresses outside of workspaces."""


@dataclass(frozen=True)
class Place:
    """An address and what is known of it: whether the visitor may know that it exists."""

    object: str
    path: str
    is_visible: bool

    @property
    def is_inside(self) -> bool:
        """Whether it is in the workspace that the visitor may have a part in."""
        return self.object not in {"elsewhere", "nowhere"}


def walked() -> list[str]:
    """Return the pattern of every address."""
    return list(dict.fromkeys(_patterns(get_resolver())))


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
    if kind == "preset":
        return [("own", {"code": "support"}, True), ("absent", {"code": ABSENT}, False)]
    if kind == "primary":
        return [("own", {}, "primary" in role.sees)]
    if kind not in _OF_KIND:
        return [("own", {}, True)]
    known, rows = _OF_KIND[kind](role, cast)
    own = [name for name in rows if name in known]
    hidden = [name for name in rows if name not in known]
    # The primary account comes first: no set of subaccounts may hold it.
    named = {"own": own[-1:], "hidden": hidden[:1], "hidden too": hidden[1:][-1:]}
    found: list[Found] = [
        (label, _named(kind, rows[name]), label == "own")
        for label, names in named.items()
        for name in names
    ]
    foreign = ("foreign", _named(kind, cast.foreign[kind]), False)
    return [*found, foreign, ("absent", _ABSENT.get(kind, _NO_SUCH_ID), False)]


Known = tuple[Collection[str], dict[str, Any]]
_OF_KIND: dict[str, Callable[[Role, Cast], Known]] = {
    "account": lambda role, cast: (role.sees, cast.accounts),
    "member": lambda role, cast: (_people(role), _with_last("former", cast.members)),
    # An ended grant holds nothing; it is shown to those who see all accounts that it held.
    "grant": lambda role, cast: (
        _people(role) if "primary" in role.sees else (),
        {"former": cast.members["former"].grants.get()},
    ),
    "tag": lambda role, cast: (role.tags, cast.tags),
    "role": lambda _, cast: (["own"], cast.roles),
    "invitation": lambda role, cast: (role.invitations, cast.invitations),
    "request": lambda role, cast: (_people(role), cast.requests),
    "operation": lambda role, cast: (
        role.sees if role.holds("transfer.view") else (),
        cast.operations,
    ),
    "draft": lambda role, cast: ([role.role], cast.drafts),
    "api_secret": lambda role, cast: (role.sees, cast.api_secrets),
    "report": lambda role, cast: (role.sees if role.holds("usage.view") else (), cast.reports),
    "statement": lambda role, cast: (role.sees, cast.statements),
    "mail": lambda role, cast: (role.sees, cast.mails),
    "price_list": lambda _, cast: (["own"], cast.price_lists),
    "log_search": lambda role, cast: (
        role.sees if role.holds("log.view") else (),
        cast.log_searches,
    ),
    "campaign": lambda _, cast: (["own"], cast.campaigns),
    "settings_template": lambda _, cast: (["own"], cast.settings_templates),
}
_ABSENT = {
    "account": {"api_key": ABSENT},
    "operation": {"reference": ABSENT},
    "draft": {"pk": UUID(int=1)},
    "log_search": {"pk": UUID(int=1)},
    "api_secret": {"api_key": ABSENT, "pk": 999_999},
    "statement": {"api_key": ABSENT, "month": "2026-10"},
}
_NO_SUCH_ID = {"pk": 999_999, "grant": 999_999}


def _people(role: Role) -> Collection[str]:
    return PEOPLE if "all" in role.people else role.people


def _with_last(name: str, rows: dict[str, Any]) -> dict[str, Any]:
    """Return the rows with this one at the end, which is where one's own is taken from."""
    return {**{each: row for each, row in rows.items() if each != name}, name: rows[name]}


def _named(kind: str, row: Any) -> dict[str, Any]:
    """Return what stands for the row in an address."""
    if kind == "account":
        return {"api_key": row.api_key}
    if kind == "api_secret":
        return {"api_key": row.account.api_key, "pk": row.pk}
    if kind == "statement":
        return {"api_key": row.account.api_key, "month": row.month_code}
    if kind == "operation":
        return {"reference": row.reference}
    return {"pk": row.member_id, "grant": row.pk} if kind == "grant" else {"pk": row.pk}


def _foreign(kind: str, cast: Cast) -> dict[str, Any]:
    if kind == "preset":
        return {"code": "support"}
    return _named(kind, cast.foreign[kind]) if kind in _OF_KIND else {}


def _path(pattern: str, values: dict[str, Any]) -> str:
    values = {"key": ABSENT, "place": 0, **values}
    path = _PART.sub(lambda found: str(values[found[1] or found[2]]), pattern)
    return "/" + path.lstrip("^/").rstrip("$")


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        address = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _patterns(each, address)
        elif isinstance(each, URLPattern):
            yield address if address.startswith("^") else f"/{address}"
