"""The mirror of a person's workspace."""

from accounts.models import Connection, Mirror
from operations.models import Lane
from prepared.queries import Prepared
from teams.policy import Actor

_by_workspace = Prepared(Mirror.connected)
_with_lane = Prepared(
    lambda workspace: Mirror.connected(workspace).select_related("workspace__lane")
)


def mirror_of(actor: Actor) -> Mirror:
    """Return the workspace's mirror with its connection; an empty one before it is connected."""
    workspace = actor.workspace
    return _by_workspace.first(workspace.pk) or Mirror(workspace=workspace)


def mirror_and_lane_of(actor: Actor) -> tuple[Mirror, Lane | None]:
    """Return the mirror as above, and the workspace's lane where it has one. One query."""
    workspace = actor.workspace
    mirror = _with_lane.first(workspace.pk) or Mirror(workspace=workspace)
    return mirror, getattr(mirror.workspace, "lane", None)


def connection_of(mirror: Mirror) -> Connection | None:
    """Return the workspace's connection, or None before there is one; asks nothing more."""
    return getattr(mirror.workspace, "connection", None)
