from typing import ClassVar

from django.db import models
from django.utils import timezone

from teams.models import User, Workspace


class Spent(models.Model):
    """Records that were read one by one and not as a report. They count against the budget."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    records = models.PositiveIntegerField()

    objects: ClassVar[models.Manager["Spent"]] = models.Manager()

    class Meta:
        db_table = "usage_spent"
        indexes = [models.Index(fields=["workspace", "at"], name="usage_spent_by_time")]

    def __str__(self) -> str:
        return f"{self.records} records"


class Budget(models.Model):
    """How many records may be ordered in a month of UTC. No row, or None: as many as one likes."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="+")
    per_month = models.PositiveBigIntegerField(null=True)
    per_person = models.PositiveBigIntegerField(null=True)

    objects: ClassVar[models.Manager["Budget"]] = models.Manager()

    class Meta:
        db_table = "usage_budget"

    def __str__(self) -> str:
        return f"budget of {self.workspace_id}"
