"""All addresses there are, and what they may name: one's own, somebody else's, nothing at all."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import ACCOUNTS, Cast
from tests.matrix.tables import Role, Route

ABSENT = "nobody-has-this"
_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]+\)")
_NO_ID = 987654
_FIXED = {"token": ABSENT, "key": ABSENT, "uidb36": "1", "provider_id": ABSENT, "pk": _NO_ID}
"""What stands in addresses outside of workspaces."""


@dataclass(frozen=True)
class Place:
    """An address and what is known of it: whether the visitor may know that it exists."""

    object: str
    path: str
    is_visible: bool


def walked() -> list[str]:
    """Return the pattern of every address; one that has two names stands there once."""
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
    if kind in {"account", "subaccount"}:
        return _account_objects(role, cast, with_primary=kind == "account")
    if kind in _FINDERS:
        shown, hidden = _FINDERS[kind](role, cast)
        found = [("own", each, True) for each in shown[:1]]
        found += [("hidden", each, False) for each in hidden[-1:]]
        if kind == "preset":  # the same everywhere
            return [*found, ("absent", _absent(kind), False)]
        return [*found, ("foreign", _foreign(kind, cast), False), ("absent", _absent(kind), False)]
    seen_by = {"handover": role.holds("workspace.settings"), "owner": role.role == "owner"}
    return [("own", {}, seen_by.get(kind, True))]


Values = list[dict[str, Any]]
Split = tuple[Values, Values]
"""What the visitor sees, and what is there but hidden."""


def _members(role: Role, cast: Cast) -> Split:
    seen = [name for name in cast.members if name in role.people]
    if "all" in role.people:
        seen = ["guest"]
    hidden = [] if "all" in role.people else ["customer_admin", "administrator"]
    others = [name for name in hidden if name != role.role]
    return tuple([{"pk": cast.members[n].pk} for n in names] for names in (seen, others))


def _grants(role: Role, cast: Cast) -> Split:
    shown = {"all": "customer_viewer", "guest": "former"}.get((role.people or ("",))[0])
    # What is over may name accounts of others: only who sees all accounts reads it.
    seen = [shown] if shown and "primary" in role.sees else []
    hidden = [] if "all" in role.people else ["administrator"]
    return tuple([_grant(cast.members[n]) for n in names] for names in (seen, hidden))


def _grant(member: Any) -> dict[str, Any]:
    return {"pk": member.pk, "grant": member.grants.get().pk}


def _roles(_: Role, cast: Cast) -> Split:
    return [{"pk": cast.role.pk}], []


def _presets(_: Role, __: Cast) -> Split:
    return [{"code": "auditor"}], []


def _tags(role: Role, cast: Cast) -> Split:
    seen = [{"pk": tag.pk} for name, tag in cast.tags.items() if name in role.tags]
    return seen, [{"pk": tag.pk} for name, tag in cast.tags.items() if name not in role.tags]


def _invitations(role: Role, cast: Cast) -> Split:
    return _for_those_who_see_everybody(role, cast.invitation.pk)


def _requests(role: Role, cast: Cast) -> Split:
    return _for_those_who_see_everybody(role, cast.request.pk)


def _for_those_who_see_everybody(role: Role, pk: int) -> Split:
    return ([{"pk": pk}], []) if "all" in role.people else ([], [{"pk": pk}])


_FINDERS: dict[str, Callable[[Role, Cast], Split]] = {
    "member": _members,
    "grant": _grants,
    "role": _roles,
    "preset": _presets,
    "tag": _tags,
    "invitation": _invitations,
    "request": _requests,
}


def _absent(kind: str) -> dict[str, Any]:
    return {"code": ABSENT} if kind == "preset" else {"pk": _NO_ID, "grant": _NO_ID}


def _account_objects(role: Role, cast: Cast, *, with_primary: bool) -> list[Found]:
    names = ACCOUNTS if with_primary else ACCOUNTS[1:]
    hidden = [name for name in names if name not in role.sees]
    seen = [name for name in role.sees if name in names]
    named = {"own": seen[:1], "primary": hidden[:1], "hidden": hidden[-1:]}
    found: list[Found] = [
        (label, {"api_key": cast.accounts[name].api_key}, label == "own")
        for label, names in named.items()
        for name in names
    ]
    absent = ("foreign", {"api_key": cast.foreign["account"].api_key}, False)
    return [*found, absent, ("absent", {"api_key": ABSENT}, False)]


def _foreign(kind: str, cast: Cast) -> dict[str, Any]:
    if kind in {"account", "subaccount"}:
        return {"api_key": cast.foreign["account"].api_key}
    if kind == "grant":
        return {"pk": cast.foreign["member"].pk, "grant": cast.foreign["grant"].pk}
    if kind == "preset":
        return {"code": "auditor"}
    return {"pk": cast.foreign[kind].pk} if kind in _FINDERS else {}


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
