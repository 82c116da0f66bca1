"""The mirror of a person's workspace."""

from accounts.models import Connection, Mirror
from prepared.queries import Prepared
from teams.policy import Actor

_by_workspace = Prepared(Mirror.connected)


def mirror_of(actor: Actor) -> Mirror:
    """Return the workspace's mirror with its connection; an empty one before it is connected."""
    workspace = actor.workspace
    return _by_workspace.first(workspace.pk) or Mirror(workspace=workspace)


def connection_of(mirror: Mirror) -> Connection | None:
    """Return the workspace's connection, or None before there is one; asks nothing more."""
    return getattr(mirror.workspace, "connection", None)
