"""What people's rights must know of accounts, which live above and are named, not imported."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import apps

from teams.models import Workspace

if TYPE_CHECKING:
    from django.db.models import QuerySet


def accounts_of(workspace: Workspace) -> "QuerySet[Any]":
    """Return all accounts of the workspace. For rights alone; people see what `visible_to` says."""
    return apps.get_model("accounts", "Account")._default_manager.filter(workspace=workspace)


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
