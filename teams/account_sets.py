"""What people's rights must know of accounts, which live above and are named, not imported."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q

from teams.capabilities import Capability
from teams.models import Workspace

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from teams.policy import Actor


def accounts_of(workspace: Workspace) -> "QuerySet[Any]":
    """Return all accounts of the workspace. For rights alone; people see what `visible_to` says."""
    return apps.get_model("accounts", "Account")._default_manager.filter(workspace=workspace)


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


def has_primary(account_ids: Collection[int]) -> bool:
    """Return whether a primary account is among these."""
    accounts = apps.get_model("accounts", "Account")._default_manager
    return accounts.filter(pk__in=account_ids, is_primary=True).exists()


def all_tagged(account_ids: Collection[int], tag_id: int) -> bool:
    """Return whether each of these accounts has the tag."""
    rows = apps.get_model("accounts", "AccountTag")._default_manager
    return rows.filter(account__in=account_ids, tag=tag_id).count() == len(set(account_ids))
