from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from teams.models.members import Member
from teams.models.people import User


class AccessRequest(models.Model):
    """A member asks for a right that was missing, on one account or in the workspace."""

    class State(models.TextChoices):
        """How it was answered."""

        OPEN = "open", "open"
        GRANTED = "granted", "granted"
        DECLINED = "declined", "declined"

    member = models.ForeignKey(Member, models.CASCADE, related_name="requests")
    capability = models.CharField(max_length=32)
    account = models.ForeignKey(
        "accounts.Account", models.CASCADE, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="requests_answered"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager["AccessRequest"]] = models.Manager()

    class Meta:
        db_table = "teams_access_request"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "capability", "account"],
                condition=Q(state="open"),
                name="access_request_once",
            ),
            # An empty account is no value to the constraint above.
            models.UniqueConstraint(
                fields=["member", "capability"],
                condition=Q(state="open", account=None),
                name="access_request_once_in_workspace",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.capability}"
