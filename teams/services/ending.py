"""A person's part in a workspace ends, with everything that came with it."""

from collections.abc import Callable

from django.db.models import F
from django.utils import timezone

from teams.models import Handover, Member, User, Workspace
from teams.services.invitations import void_those_of

OnRemoval = Callable[[User, Workspace], object]

on_removal: list[OnRemoval] = []
"""Called in the transaction in which a person loses the part in a workspace, or is locked out.

What lives above adds itself in its `AppConfig.ready`: sessions, operations, rules, secrets.
"""


def end_part(user: User, workspace: Workspace) -> list[str]:
    """End what a person has or has asked for here; return the addresses no longer invited.

    In the transaction of whoever decides so. The grants, what they reach, and open requests go
    with the row of the member.
    """
    voided = void_those_of(user, workspace)
    Member.objects.filter(user=user, workspace=workspace).delete()
    lock_out(user, workspace)
    return [each.email for each in voided]


def lock_out(user: User, workspace: Workspace) -> None:
    """End what would let the person go on: links to a new password, a handover, sessions."""
    User.objects.filter(pk=user.pk).update(reset_round=F("reset_round") + 1)
    open_ones = Handover.objects.filter(workspace=workspace, offered_to=user, ended_at=None)
    open_ones.update(ended_at=timezone.now())
    for end in on_removal:
        end(user, workspace)
