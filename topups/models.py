import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from money.fields import MoneyField
from teams.models import Workspace
from vault.fields import SealedField


class Payment(models.Model):
    """What Vonage does not tell about auto-reload, and a person has noted. Amounts in EUR.

    The reference (`trx`) of the payment that switched it on, what was paid, and the balance below
    which Vonage pays the same again.
    """

    # The seal is bound to the primary key, so it must be known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+")
    trx = SealedField(null=True)
    # Its last characters, by which a person knows it again.
    trx_ends = models.CharField(max_length=4, blank=True)
    amount = MoneyField(null=True)
    threshold = MoneyField(null=True)
    threshold_at = models.DateTimeField(null=True)
    # Counts changes of the reference and the amount: what was asked for is about one of them.
    version = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["Payment"]] = models.Manager()

    class Meta:
        db_table = "topups_payment"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0), name="payment_amount_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(threshold=None, threshold_at=None)
                | Q(threshold__gt=0, threshold_at__isnull=False),
                name="payment_threshold_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return "the payment that switched auto-reload on"


class AutoReload(models.Model):
    """Whether auto-reload is on, as last read from Vonage. No row: nobody has asked yet."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="+")
    # None before the first good reading.
    is_on = models.BooleanField(null=True)
    # When Vonage was asked, not when it answered.
    read_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=timezone.now)
    # Why the last reading failed; empty where it did not.
    fault = models.TextField(blank=True)

    objects: ClassVar[models.Manager["AutoReload"]] = models.Manager()

    class Meta:
        db_table = "topups_auto_reload"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_on=None, read_at=None)
                | Q(is_on__isnull=False, read_at__isnull=False),
                name="auto_reload_is_read_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="auto_reload_due")]

    def __str__(self) -> str:
        return f"auto-reload of {self.workspace_id}"


class Alarm(models.Model):
    """One time that auto-reload stayed away. It ends by itself."""

    class Kind(models.TextChoices):
        """What was noticed."""

        LOW = "low", "the balance stays low"
        OFF = "off", "auto-reload is off"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Alarm"]] = models.Manager()

    class Meta:
        db_table = "topups_alarm"
        constraints = [
            # Whoever adds it tells people, so it is one, however many workers notice it.
            models.UniqueConstraint(
                fields=["workspace", "kind"], condition=Q(ended_at=None), name="alarm_once"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
