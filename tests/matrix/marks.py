"""The marks of `tests/cast.py`, and who may read which."""

import re

from tests.cast import PEOPLE
from tests.matrix.tables import Role

_MARK = re.compile(r"seen-(?:name|key|user|mail|tag|role|slug|workspace|hook)-[a-z_-]*[a-z_]")


_ELSEWHERE = {"stranger": {"seen-slug-elsewhere", "seen-workspace-elsewhere"}}
"""What the owner of the other workspace knows of it."""


def marks_in(text: str) -> set[str]:
    """Return all marks in the text."""
    return set(_MARK.findall(text))


def known_to(role: Role) -> frozenset[str]:
    """Return the marks that the visitor may see."""
    accounts = {
        mark
        for name in role.sees
        for mark in (f"seen-name-{name}", f"seen-name-{name}-before", f"seen-key-{name}")
    }
    people = PEOPLE if "all" in role.people else role.people
    persons = {*people, _self(role), *(["owner"] if _sees_all_subaccounts(role) else [])}
    names = {f"seen-{kind}-{name}" for name in persons for kind in ("user", "mail")}
    tags = {f"seen-tag-{name}" for name in role.tags}
    connection = {"seen-key-harbour"} if role.holds("connection.manage") else set()
    if role.holds("team.view"):
        names.add("seen-role-own")
    if _sees_all_subaccounts(role) or role.holds("audit.all"):
        names.add("seen-user-gone")  # who asked for transfers
    hooks = {f"seen-hook-{name}" for name in role.sees if role.holds("settings.view")}
    if role.holds("workspace.settings") or "seen-hook-spare" in hooks:
        hooks.add("seen-hook-template")
    if role.invitations:
        names.add("seen-mail-invited")
    elsewhere = _ELSEWHERE.get(role.role, set())
    return frozenset(accounts | names | tags | connection | hooks | elsewhere)


def _self(role: Role) -> str:
    names = {"unconfirmed": "administrator"}
    return names.get(role.role, role.role.removeprefix("looking_as_"))


def _sees_all_subaccounts(role: Role) -> bool:
    return {"alpha", "spare"} <= set(role.sees)
