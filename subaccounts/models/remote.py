from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Account
from money.fields import MoneyField
from operations.models import Operation
from teams.models import Workspace


class RemoteTransfer(models.Model):
    """A transfer that Vonage has made: asked for here, or elsewhere.

    Vonage's list is the truth; rows are added from it and from answers, and never changed but for
    the operation that a transfer turns out to belong to, and the account once the mirror knows it.
    """

    class Kind(models.TextChoices):
        """What was moved."""

        BALANCE = "balance", "balance"
        CREDIT = "credit", "credit"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    remote_id = models.CharField(max_length=64)
    from_key = models.CharField(max_length=64)
    to_key = models.CharField(max_length=64)
    # The side that is no primary account; None where the mirror does not know it yet.
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    amount = MoneyField()
    reference = models.TextField(blank=True)
    # By Vonage's clock, to the second: it does not tell two transfers apart.
    created_at = models.DateTimeField()
    first_seen_at = models.DateTimeField(default=timezone.now)
    # At most one transfer for an operation; a second one with its reference stays without.
    operation = models.OneToOneField(
        Operation, models.PROTECT, null=True, related_name="remote_transfer"
    )

    objects: ClassVar[models.Manager["RemoteTransfer"]] = models.Manager()

    class Meta:
        db_table = "subaccounts_remote_transfer"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "remote_id"], name="remote_transfer_once"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="remote_latest"),
            models.Index(fields=["account", "-created_at"], name="remote_of_account"),
            models.Index(fields=["workspace", "reference"], name="remote_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.remote_id}"
