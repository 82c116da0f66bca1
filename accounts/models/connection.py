import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from teams.models import Workspace
from vault.fields import SealedField


class Connection(models.Model):
    """The workspace's credentials at Vonage and how the last check of them went."""

    class State(models.TextChoices):
        """What the last answer said about the credentials."""

        WORKING = "working", "working"
        UNPROVISIONED = "unprovisioned", "without the Subaccounts API"
        REFUSED = "refused", "refused"
        BLOCKED = "blocked", "blocked by the IP allow list"

    # The secret's seal is bound to the primary key, so it must be known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.OneToOneField(Workspace, models.CASCADE)
    api_key = models.CharField("API key", max_length=64)
    api_secret = SealedField()
    # Vonage's id of the secret, where it was made here; Vonage tells nobody which one it is.
    secret_id = models.CharField(max_length=64, blank=True)
    # The host that the secret was entered for. It is never sent to another.
    api_host = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=State, default=State.WORKING)
    checked_at = models.DateTimeField(default=timezone.now)
    # Vonage's words where it refused.
    detail = models.TextField(blank=True)

    objects: ClassVar[models.Manager["Connection"]] = models.Manager()

    class Meta:
        db_table = "accounts_connection"
        constraints = [
            models.CheckConstraint(condition=~models.Q(api_key=""), name="connection_has_a_key"),
        ]

    def __str__(self) -> str:
        return self.api_key
