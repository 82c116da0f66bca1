"""What people's rights must know of accounts, which live above and are named, not imported."""

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from teams.capabilities import Capability
from teams.models import Grant, Reach, Workspace

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


def tags_of(workspace: Any) -> "QuerySet[Any]":
    """Return all tags of the workspace, by name. People see what `visible_tags` says."""
    tags = apps.get_model("accounts", "Tag")._default_manager.filter(workspace=workspace)
    return tags.order_by(Lower("name"), "pk")


def tags_on_reached(workspace: Any, member: Any, grants: Any) -> "QuerySet[Any]":
    """Return the tags on accounts that a member reaches by these grants, and of the grants."""
    reached = Reach.objects.filter(
        member=member, grants__shares=grants, account__accounttag__tag=OuterRef("pk")
    )
    own = Grant.objects.filter(member=member, tag=OuterRef("pk"))
    return tags_of(workspace).filter(Exists(reached) | Exists(own))


def sees_all_tags(actor: "Actor") -> bool:
    """Return whether the actor sees all subaccounts, or defines tags."""
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    defines = actor.anywhere & Capability.TAG_DEFINE.bit
    return seen.everything or seen.subaccounts or bool(defines)


def visible_tags(actor: "Actor") -> "QuerySet[Any]":
    """Return the tags that the actor learns of, by name."""
    if sees_all_tags(actor):
        return tags_of(actor.workspace)
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    return tags_on_reached(actor.workspace, actor.member_id, seen.grants)


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
