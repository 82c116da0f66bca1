from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from money.fields import MoneyField
from teams.models import Workspace


class Mirror(models.Model):
    """How fresh a workspace's copy of Vonage is, its totals, and who is reading right now.

    One row per workspace: the only row that an unchanged answer writes.
    """

    class Fault(models.TextChoices):
        """Why the last attempt failed."""

        NONE = "", "none"
        REFUSED = "refused", "Vonage refused the API key or secret"
        BLOCKED = "blocked", "Vonage's IP allow list does not have this server"
        FORBIDDEN = "forbidden", "Vonage did not allow it"
        NO_ANSWER = "no_answer", "Vonage did not answer"
        THROTTLED = "throttled", "Vonage asked us to slow down"
        FAILED = "failed", "Vonage failed"
        MALFORMED = "malformed", "the answer made no sense"
        OTHER_HOST = "other_host", "the stored API secret is for another host"
        SEALED = "sealed", "the stored API secret cannot be opened"
        OURS = "ours", "Switchboard could not take the answer in"

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True)
    # When the next reading is due, and until when the process that reads now may take.
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    # The last good reading: when it was asked for, and the digest of its body.
    read_at = models.DateTimeField(null=True, blank=True)
    digest = models.BinaryField(default=b"")
    # The last attempt: when, and what went wrong, in Vonage's or in our words.
    tried_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=16, choices=Fault, default=Fault.NONE, blank=True)
    detail = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    # Totals and counts of the last good reading. Vonage's totals count own balances only.
    total_balance = MoneyField(null=True)
    total_credit_limit = MoneyField(null=True)
    accounts = models.PositiveIntegerField(default=0)
    shared = models.PositiveIntegerField(default=0)
    suspended = models.PositiveIntegerField(default=0)
    vanished = models.PositiveIntegerField(default=0)
    negative = models.PositiveIntegerField(default=0)
    low = models.PositiveIntegerField(default=0)
    # What the overview warns of: codes of `accounts.warnings` with spaces in between.
    warnings = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager["Mirror"]] = models.Manager()

    class Meta:
        db_table = "accounts_mirror"
        indexes = [models.Index(fields=["due_at"], name="mirror_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=True, claimed_until__isnull=True)
                | Q(claim__isnull=False, claimed_until__isnull=False),
                name="mirror_claim_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.workspace_id} read at {self.read_at}"

    @classmethod
    def connected(cls, workspace: Any) -> "models.QuerySet[Mirror]":
        """Return the mirror of a workspace with its connection, in one query."""
        return cls.objects.select_related("workspace__connection").filter(workspace=workspace)

    def is_claimed(self, now: datetime) -> bool:
        """Return whether a process is reading from Vonage at this moment."""
        return self.claimed_until is not None and self.claimed_until > now

    @property
    def own(self) -> int:
        """Number of accounts with a balance of their own, the primary account among them."""
        return self.accounts - self.shared
