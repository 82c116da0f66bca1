from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from teams.models import Workspace


class Schedule(models.Model):
    """On which day of the month statements of the month before are made, and whether mailed."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="+")
    day = models.PositiveSmallIntegerField("day of the month", default=3)
    makes = models.BooleanField("make statements by themselves", default=False)
    mails = models.BooleanField("mail them to the people of each account", default=False)

    objects: ClassVar[models.Manager["Schedule"]] = models.Manager()

    class Meta:
        db_table = "statements_schedule"
        constraints = [
            models.CheckConstraint(
                condition=Q(day__gte=1, day__lte=28), name="schedule_day_is_in_every_month"
            ),
        ]

    def __str__(self) -> str:
        return f"schedule of {self.workspace_id}"


class Run(models.Model):
    """That a month is being made, or was: by the schedule once, whoever dies on the way."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    month = models.DateField()
    asked_at = models.DateTimeField(default=timezone.now)
    # The schedule had its turn, and its mails are sent behind it.
    is_scheduled = models.BooleanField(default=False)
    mails = models.BooleanField(default=False)
    # Whoever works on it has it until then; afterwards it is anybody's.
    taken_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Run"]] = models.Manager()

    class Meta:
        db_table = "statements_run"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "month"], name="statement_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.workspace_id}, {self.month:%Y-%m}"
