"""Tags as people see them, and accounts by tag."""

from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models.account import Account
from accounts.models.tags import AccountTag, Tag
from prepared.json_rows import JsonRows, read
from prepared.queries import Prepared
from teams import policy
from teams.capabilities import Capability, Mask
from teams.models import Reach

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
    """Return the tags that the actor learns of, by name, in one query.

    Who sees all subaccounts or defines tags sees all; the others, those on accounts they see.
    """
    if _sees_all(actor):
        return _all.rows(actor.workspace.pk)
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    return _reached.rows(actor.workspace.pk, actor.member_id, seen.grants)


def tags_beside(actor: policy.Actor) -> JsonRows:
    """Return what `visible_tags` does as a value of another query; `tags_in` reads it."""
    return JsonRows(_visible(actor), "id", "name")


def tags_in(text: str | None) -> list[Tag]:
    """Return the tags that a query brought along."""
    return [Tag(pk=pk, name=name) for pk, name in read(text)]


def visible_tag(actor: policy.Actor, pk: int) -> Tag | None:
    """Return the tag of this id, or None where the actor learns of none."""
    return next((each for each in visible_tags(actor) if each.pk == pk), None)


def tags_on(actor: policy.Actor, account: Account, held: Mask) -> dict[str, Any]:
    """Return an account's tags, and those that may be put on it, in one query.

    `held` is what the actor holds on the account. The primary account has no tags.
    """
    may_tag = bool(held & Capability.ACCOUNT_TAG.bit) and not account.is_primary
    if not may_tag:
        return {"tags": _tags(actor.workspace).filter(accounts=account)}
    on = AccountTag.objects.filter(tag=OuterRef("pk"), account=account)
    every = list(_visible(actor).annotate(is_on=Exists(on)))
    return {
        "may_tag": True,
        "tags": [each for each in every if each.is_on],
        "other_tags": [each for each in every if not each.is_on],
    }


def _visible(actor: policy.Actor) -> QuerySet[Tag, Any]:
    """Return what `visible_tags` does, to be asked further."""
    if _sees_all(actor):
        return _tags(actor.workspace)
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    return _on_reached(actor.workspace, actor.member_id, seen.grants)


def _sees_all(actor: policy.Actor) -> bool:
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    return seen.everything or seen.subaccounts or policy.can(actor, Capability.TAG_DEFINE)


def _tags(workspace: Any) -> QuerySet[Tag]:
    return Tag.objects.filter(workspace=workspace).order_by(Lower("name"), "pk")


def _on_reached(workspace: Any, member: Any, grants: Any) -> QuerySet[Tag]:
    reached = Reach.objects.filter(
        member=member, grants__shares=grants, account__accounttag__tag=OuterRef("pk")
    )
    return _tags(workspace).filter(Exists(reached))


_all = Prepared(_tags)
_reached = Prepared(_on_reached)
_count = Prepared(
    lambda tag: AccountTag.objects.filter(tag=tag).order_by().values_list("account")[FEW : FEW + 1]
)
