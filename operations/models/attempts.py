from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from operations.models.operations import Operation
from operations.states import State
from teams.models import User


class Attempt(models.Model):
    """One attempt to send an operation.

    `wire_at` is the fence: whoever sets it may send the first byte, and whoever finds it empty
    and writes an outcome instead has made sure that nobody will.
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        NOT_SENT = "not_sent", "nothing was sent"
        TURNED_AWAY = "turned_away", "Vonage did not let it in"
        OK = "ok", "done"
        REJECTED = "rejected", "refused"
        UNKNOWN = "unknown", "not clear"

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="attempts")
    n = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    wire_at = models.DateTimeField(null=True)
    # Empty while it is under way. With an outcome and without an end, somebody else gave it up.
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    reason = models.CharField(max_length=32, blank=True)
    finished_at = models.DateTimeField(null=True)
    # What came back: status of HTTP, Vonage's clock, and the beginning of an unclear body.
    status = models.PositiveSmallIntegerField(null=True)
    remote_date = models.DateTimeField(null=True)
    body_head = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager["Attempt"]] = models.Manager()

    class Meta:
        db_table = "operations_attempt"
        constraints = [
            models.UniqueConstraint(fields=["operation", "n"], name="attempt_once"),
            # Whatever happens: one at most of which it is not established that nothing came of it.
            models.UniqueConstraint(
                fields=["operation"],
                condition=~Q(outcome__in=["not_sent", "turned_away"]),
                name="attempt_one_that_may_have_worked",
            ),
            models.CheckConstraint(
                condition=Q(wire_at=None) | ~Q(outcome="not_sent"),
                name="attempt_behind_the_fence_was_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["started_at"], condition=Q(outcome=""), name="attempt_under_way"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.n} of {self.operation_id}"


class Transition(models.Model):
    """A step of an operation. Added, never changed or removed: the database refuses it."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="transitions")
    version = models.PositiveIntegerField()
    start = models.CharField(max_length=16, choices=State, blank=True)
    end = models.CharField(max_length=16, choices=State)
    at = models.DateTimeField(default=timezone.now)
    # None where the product did it by itself.
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    objects: ClassVar[models.Manager["Transition"]] = models.Manager()

    class Meta:
        db_table = "operations_transition"
        constraints = [
            models.UniqueConstraint(fields=["operation", "version"], name="transition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.start} > {self.end}"


class Notice(models.Model):
    """That people are to be told of a state: written with it, sent afterwards, once or more."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="notices")
    state = models.CharField(max_length=16, choices=State)
    created_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Notice"]] = models.Manager()

    class Meta:
        db_table = "operations_notice"
        constraints = [
            models.UniqueConstraint(fields=["operation", "state"], name="notice_once"),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(told_at=None), name="notice_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id} is {self.state}"
