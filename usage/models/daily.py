from typing import ClassVar

from django.db import models
from django.utils import timezone

from teams.models import User, Workspace
from usage.models.reports import Report


class DailyOrders(models.Model):
    """What is ordered by itself every day, of all accounts, in whose name. No row: nothing."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    # As `usage.services.daily.Choice.code`; empty where it is switched off.
    chosen = models.JSONField(default=list)
    # When the next round begins; None where it is switched off.
    next_at = models.DateTimeField(null=True)
    # Why it was switched off by itself, or what the last round could not order.
    fault = models.TextField(blank=True)

    objects: ClassVar[models.Manager["DailyOrders"]] = models.Manager()

    class Meta:
        db_table = "usage_daily_orders"
        indexes = [models.Index(fields=["next_at"], name="daily_orders_next")]

    def __str__(self) -> str:
        return f"daily orders of {self.workspace_id}"


class OrderedDay(models.Model):
    """A day that was ordered by the schedule: never twice, whatever became of the report."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    product = models.CharField(max_length=32)
    direction = models.CharField(max_length=8, blank=True)
    day = models.DateField()
    report = models.ForeignKey(Report, models.CASCADE, related_name="+")

    objects: ClassVar[models.Manager["OrderedDay"]] = models.Manager()

    class Meta:
        db_table = "usage_ordered_day"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "product", "direction", "day"], name="ordered_day_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} on {self.day}"
