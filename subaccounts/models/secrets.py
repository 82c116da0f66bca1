import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from operations.models import Operation
from teams.models import User, Workspace
from vault.fields import SealedField


class NewSecret(models.Model):
    """An API secret that is being given to an account: ours, so that no lost answer loses it.

    Sealed before anything is sent, shown once to who may see it, and then gone.
    """

    # The seal is bound to the primary key, so it must be known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    operation = models.OneToOneField(Operation, models.PROTECT, related_name="new_secret")
    api_secret = SealedField()
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["NewSecret"]] = models.Manager()

    class Meta:
        db_table = "subaccounts_new_secret"

    def __str__(self) -> str:
        return f"secret of {self.operation_id}"


class SeenSecret(models.Model):
    """That somebody has looked at a new API secret, and so may still know it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    operation = models.OneToOneField(Operation, models.PROTECT, related_name="seen_secret")
    seen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["SeenSecret"]] = models.Manager()

    class Meta:
        db_table = "subaccounts_seen_secret"

    def __str__(self) -> str:
        return f"secret of {self.operation_id}, seen"
