from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from money.fields import MoneyField
from operations.models.operations import Operation
from teams.models import User, Workspace


class Policy(models.Model):
    """What needs a second person's consent in a workspace, and what nobody may go below.

    One row a workspace; without one, only what cannot be undone needs an approval.
    """

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True)
    # Guardrail: binds everyone, the primary user too.
    primary_keeps = MoneyField("the primary account keeps at least", null=True, blank=True)
    # What needs an approval.
    amount_above = MoneyField("transfers above", null=True, blank=True)
    first_transfer = models.BooleanField("the first transfer to an account", default=False)
    own_balance = models.BooleanField("switching to a balance of its own", default=True)
    suspensions_above = models.PositiveIntegerField(
        "suspending more accounts than this within an hour", default=5
    )
    # Codes of roles whose every transfer needs one: `preset:operator`, `own:12`.
    roles = models.JSONField(default=list, blank=True)

    objects: ClassVar[models.Manager["Policy"]] = models.Manager()

    class Meta:
        db_table = "operations_policy"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_above=None) | Q(amount_above__gte=0),
                name="policy_amount_not_negative",
                violation_error_message="The amount cannot be negative.",
            ),
        ]

    def __str__(self) -> str:
        return f"policy of {self.workspace_id}"


class Approval(models.Model):
    """A second person's consent to an operation, asked for and given or refused.

    Bound to what was shown: `fingerprint` is that of the operation when it was asked for.
    """

    class Verdict(models.TextChoices):
        """What was said."""

        NONE = "", "nothing yet"
        APPROVED = "approved", "approved"
        DECLINED = "declined", "declined"

    operation = models.OneToOneField(
        Operation, models.PROTECT, primary_key=True, related_name="approval"
    )
    fingerprint = models.CharField(max_length=64)
    # Why one is needed, in sentences.
    reasons = models.JSONField(default=list)
    asked_at = models.DateTimeField(default=timezone.now)
    lapses_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.NONE, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager["Approval"]] = models.Manager()

    class Meta:
        db_table = "operations_approval"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", decided_by=None, decided_at=None)
                | ~Q(verdict="") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="approval_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"approval of {self.operation_id}"
