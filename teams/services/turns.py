"""Changes of a team, one after the other, each judged by what holds at that moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import transaction

from teams.models import Workspace
from teams.policy import Actor, actor_in


def lock(workspace_id: int) -> None:
    """Wait for other changes of this team; none begins until the transaction is over.

    Also for whatever else touches what rights are made of. SQLite needs no lock: its transactions
    follow each other anyway. Rows that only refer to the workspace do not wait.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace_id)


@contextmanager
def turn(actor: Actor) -> Iterator[Actor]:
    """Open a transaction in which no other change of this team runs, and yield the actor anew.

    What was held when the page was drawn may be gone by now: the actor is read again behind the
    lock. Raises `PermissionDenied` where the actor has no part in the workspace any more, or only
    looks with somebody else's eyes.
    """
    with transaction.atomic():
        lock(actor.workspace.pk)
        now = actor_in(actor.user, actor.workspace.slug)
        if now is None or actor.seen_by is not None:
            raise PermissionDenied("You have no part in this workspace any more.")
        yield now
