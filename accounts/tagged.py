"""Tags as people see them, and accounts by tag."""

from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models.account import Account
from accounts.models.mirror import Mirror
from accounts.models.tags import AccountTag, Tag
from prepared.json_rows import JsonRows, read
from prepared.queries import Prepared
from teams import account_sets, policy
from teams.capabilities import Capability, Mask

FEW = 1_000
"""So many are found and sorted as fast as a page of them is met on a walk along all accounts."""


class Tagged(Enum):
    """The form of the condition on accounts that they have a tag."""

    ANYHOW = "with or without"
    FEW = "the tag's accounts are looked up"
    MANY = "each account is asked for the tag"


def form_for(tag: int) -> Tagged:
    """Return how to look for accounts with this tag (0: whatever their tags).

    PostgreSQL knows how frequent a tag is; SQLite does not and is asked first.
    """
    if not tag:
        return Tagged.ANYHOW
    if connection.vendor == "postgresql":
        return Tagged.MANY
    return Tagged.FEW if _count.first(tag) is None else Tagged.MANY


def condition(form: Tagged, tag: Any) -> Q:
    """Return the condition on accounts. The tag may be a stand-in."""
    rows = AccountTag.objects.filter(tag=tag)
    match form:
        case Tagged.FEW:
            return Q(pk__in=rows.values("account"))
        case Tagged.MANY:
            return Q(Exists(rows.filter(account=OuterRef("pk"))))
    return Q()


def visible_tags(actor: policy.Actor) -> list[Tag]:
    """Return the tags that the actor learns of, by name, in one query."""
    if account_sets.sees_all_tags(actor):
        return _all.rows(actor.workspace.pk)
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    return _reached.rows(actor.workspace.pk, actor.member_id, seen.grants)


def mirror_and_tags(actor: policy.Actor) -> tuple[Mirror, list[Tag]]:
    """Return the workspace's mirror with its connection, and `visible_tags`, in one query."""
    if account_sets.sees_all_tags(actor):
        found = _mirror_and_all.first(actor.workspace.pk)
    else:
        seen = actor.extent(Capability.ACCOUNT_VIEW)
        found = _mirror_and_reached.first(actor.workspace.pk, actor.member_id, seen.grants)
    if found is None:
        return Mirror(workspace=actor.workspace), []
    rows = read(found.tags)
    return found, [Tag(pk=pk, name=name) for pk, name in rows]


def visible_tag(actor: policy.Actor, pk: int) -> Tag | None:
    """Return the tag of this id, or None where the actor learns of none."""
    return next((each for each in visible_tags(actor) if each.pk == pk), None)


def tags_on(actor: policy.Actor, account: Account, held: Mask) -> dict[str, Any]:
    """Return an account's tags, and those that may be put on it, in one query.

    `held` is what the actor holds on the account. The primary account has no tags.
    """
    may_tag = bool(held & Capability.ACCOUNT_TAG.bit) and not account.is_primary
    if not may_tag:
        return {"tags": account_sets.tags_of(actor.workspace).filter(accounts=account)}
    on = AccountTag.objects.filter(tag=OuterRef("pk"), account=account)
    every = list(account_sets.visible_tags(actor).annotate(is_on=Exists(on)))
    return {
        "may_tag": True,
        "tags": [each for each in every if each.is_on],
        "other_tags": [each for each in every if not each.is_on],
    }


def _beside(workspace: Any, tags: QuerySet[Tag]) -> QuerySet[Mirror, Any]:
    return Mirror.connected(workspace).annotate(tags=JsonRows(tags, "id", "name"))


_mirror_and_all = Prepared(lambda workspace: _beside(workspace, account_sets.tags_of(workspace)))
_mirror_and_reached = Prepared(
    lambda workspace, member, grants: _beside(
        workspace, account_sets.tags_on_reached(workspace, member, grants)
    )
)
_all = Prepared(account_sets.tags_of)
_reached = Prepared(account_sets.tags_on_reached)
_count = Prepared(
    lambda tag: AccountTag.objects.filter(tag=tag).order_by().values_list("account")[FEW : FEW + 1]
)
