"""The mirror of a person's workspace, with what pages need beside it, in one prepared query."""

from functools import cache
from typing import Any

from django.db.models import QuerySet

from accounts.models import Connection, Mirror, Tag
from accounts.tagged import TagsBeside, tags_beside, tags_in
from prepared.queries import Prepared
from teams.policy import Actor


def mirror_of(actor: Actor) -> Mirror:
    """Return the workspace's mirror with its connection; an empty one before it is connected."""
    workspace = actor.workspace
    return _mirror_of.first(workspace.pk) or Mirror(workspace=workspace)


def mirror_and_tags(actor: Actor) -> tuple[Mirror, list[Tag]]:
    """Return the mirror, and the tags that the person learns of, in one query."""
    beside, values = tags_beside(actor)
    mirror = _mirror_beside(beside).first(*values)
    if mirror is None:
        return Mirror(workspace=actor.workspace), []
    return mirror, tags_in(mirror.tags)  # type: ignore[attr-defined] # asked for beside it


def _mirrors(workspace: Any) -> QuerySet[Mirror]:
    return Mirror.objects.select_related("workspace__connection").filter(workspace=workspace)


_mirror_of = Prepared(_mirrors)


@cache
def _mirror_beside(tags: TagsBeside) -> Prepared[Mirror]:
    def build(workspace: Any, member: Any, grants: Any) -> QuerySet[Mirror]:
        return _mirrors(workspace).annotate(tags=tags(workspace, member, grants))

    return Prepared(build)


def connection_of(mirror: Mirror) -> Connection | None:
    """Return the workspace's connection, or None before there is one; asks nothing more."""
    return getattr(mirror.workspace, "connection", None)
