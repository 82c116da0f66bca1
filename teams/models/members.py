"""Who belongs to a workspace, who is asked to, and who is to own it next."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from teams.models.people import User
from teams.models.workspaces import Workspace


class Member(models.Model):
    """A person with a part in a workspace that somebody else owns.

    The primary user is not among the members: nothing can be granted to, or taken from, who holds
    everything.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    # Who let the person in. Kept although that one may be gone: an approval looks at it.
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="invited_members"
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    # Locked out for the time being; the grants stay.
    suspended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Member"]] = models.Manager()

    class Meta:
        db_table = "teams_member"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Invitation(models.Model):
    """Somebody asked to join. Only the digest of the link's token is kept.

    An invitation is open until it is accepted, withdrawn or too old. Its grants become the new
    member's when it is accepted.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=80, blank=True)
    message = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="invitations_made")
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Invitation"]] = models.Manager()

    class Meta:
        db_table = "teams_invitation"
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("email"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_once",
                violation_error_message="There is an open invitation to this address.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class Handover(models.Model):
    """The workspace on its way to another primary user, a day after that one agreed."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="handovers")
    offered_by = models.ForeignKey(User, models.CASCADE, related_name="handovers_offered")
    offered_to = models.ForeignKey(User, models.CASCADE, related_name="handovers_received")
    offered_at = models.DateTimeField(default=timezone.now, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    # When it happens, unless it is called off before.
    due_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Handover"]] = models.Manager()

    class Meta:
        db_table = "teams_handover"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(ended_at=None), name="handover_once"
            ),
            models.CheckConstraint(
                condition=~Q(offered_by=models.F("offered_to")), name="handover_to_another"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, due_at=None)
                | Q(accepted_at__isnull=False, due_at__isnull=False),
                name="handover_due_when_accepted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workspace} to {self.offered_to}"
