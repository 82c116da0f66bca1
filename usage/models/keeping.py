from typing import ClassVar

from django.db import models
from django.db.models import Q

from teams.models import Workspace


class Keeping(models.Model):
    """How long reports' files and records found by log search are kept. No row: as the defaults."""

    REPORT_DAYS, LOG_HOURS = 30, 24

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="+")
    report_days = models.PositiveSmallIntegerField(default=REPORT_DAYS)
    log_hours = models.PositiveSmallIntegerField(default=LOG_HOURS)

    objects: ClassVar[models.Manager["Keeping"]] = models.Manager()

    class Meta:
        db_table = "usage_keeping"
        constraints = [
            models.CheckConstraint(
                condition=Q(report_days__range=(1, 90), log_hours__range=(1, 72)),
                name="keeping_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"keeping of {self.workspace_id}"
