"""The one place that decides who may do what.

Pages, fragments, tasks and exports ask here. A workspace that a person has no part in does not
exist for that person; what is visible but not allowed is refused with the missing capability.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import models

from prepared.queries import Prepared
from teams.capabilities import Capability
from teams.models import User, Workspace


class MissingCapabilityError(PermissionDenied):
    """The person sees the thing but may not do this with it."""

    def __init__(self, capability: Capability) -> None:
        super().__init__(f"You need the right to {capability.description} ({capability}).")
        self.capability = capability


@dataclass(frozen=True)
class Actor:
    """A person in a workspace: who every query starts at."""

    user: User
    workspace: Workspace

    @property
    def is_primary_user(self) -> bool:
        """The one owner of the workspace."""
        return self.workspace.primary_user_id == self.user.pk


def workspaces_of(user: User) -> models.QuerySet[Workspace]:
    """Return the workspaces that the person has a part in, by name."""
    return Workspace.objects.filter(primary_user=user).order_by("name", "pk")


_workspace_of = Prepared(lambda user, slug: workspaces_of(user).filter(slug=slug))


def actor_in(user: User, slug: str) -> Actor | None:
    """Return the person as an actor of the workspace, or None where it is not the person's."""
    workspace = _workspace_of.first(user.pk, slug)
    return Actor(user, workspace) if workspace else None


def can(actor: Actor, capability: Capability) -> bool:  # noqa: ARG001 - the primary user holds every one
    """Return whether the actor holds the capability."""
    return actor.is_primary_user


def require(actor: Actor, capability: Capability) -> None:
    """Raise `MissingCapabilityError` unless the actor holds the capability."""
    if not can(actor, capability):
        raise MissingCapabilityError(capability)
