"""What people's rights must know of accounts, which live above and are named, not imported."""

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from teams.capabilities import Capability
from teams.models import Workspace

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from teams.policy import Actor


def accounts_of(workspace: Workspace) -> "QuerySet[Any]":
    """Return all accounts of the workspace. For rights alone; people see what `visible_to` says."""
    return all_accounts().filter(workspace=workspace)


def all_accounts() -> "QuerySet[Any]":
    """Return all accounts there are. For rights alone, as above."""
    return apps.get_model("accounts", "Account")._default_manager.all()


def named(actor: "Actor", wanted: Collection[str]) -> dict[str, list[int]]:
    """Return, for each API key or name, the ids of the accounts that have it and the actor sees.

    A key goes before names that look like it.
    """
    accounts = apps.get_model("accounts", "Account")._default_manager
    visible = accounts.visible_to(actor, Capability.ACCOUNT_VIEW)
    rows = visible.filter(Q(api_key__in=wanted) | Q(name__in=wanted))
    by_key: dict[str, list[int]] = {}
    by_name: dict[str, list[int]] = {}
    for pk, api_key, name in rows.order_by("pk").values_list("pk", "api_key", "name"):
        by_key[api_key] = [pk]
        by_name.setdefault(name, []).append(pk)
    return {each: by_key.get(each) or by_name.get(each, []) for each in wanted}


def tags_of(workspace: Workspace) -> "QuerySet[Any]":
    """Return the tags of the workspace, by name."""
    return workspace.tags.order_by("name")


class Facts:
    """What ceilings must know of accounts, asked once however many grants are judged."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tagged: dict[int, frozenset[int]] = {}

    def has_primary(self, account_ids: Collection[int]) -> bool:
        """Return whether the primary account is among these."""
        return self._primary in account_ids

    def all_tagged(self, account_ids: Collection[int], tag_id: int) -> bool:
        """Return whether each of these accounts has the tag."""
        return self._having(tag_id).issuperset(account_ids)

    @cached_property
    def _primary(self) -> int | None:
        primary = accounts_of(self._workspace).filter(is_primary=True)
        found: int | None = primary.values_list("pk", flat=True).first()
        return found

    def _having(self, tag_id: int) -> frozenset[int]:
        if tag_id not in self._tagged:
            rows = apps.get_model("accounts", "AccountTag")._default_manager.filter(tag=tag_id)
            self._tagged[tag_id] = frozenset(rows.values_list("account_id", flat=True))
        return self._tagged[tag_id]


def visible_to(actor: "Actor") -> "QuerySet[Any]":
    """Return the accounts that the actor sees."""
    return all_accounts().visible_to(actor, Capability.ACCOUNT_VIEW)  # type: ignore[attr-defined, no-any-return] # of accounts.querysets, by name


def having_tag(tag_id: int) -> Q:
    """Return the condition on accounts that they have the tag."""
    rows = apps.get_model("accounts", "AccountTag")._default_manager.filter(tag=tag_id)
    return Q(Exists(rows.filter(account=OuterRef("pk"))))
