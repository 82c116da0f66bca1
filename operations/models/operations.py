from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from operations.models.asked import Asked
from operations.states import HELD, State
from teams.models import User


class Operation(Asked):
    """One thing that we ask Vonage to change, written down before it is sent.

    What is asked for never changes: the database refuses it. Where it stands is changed by
    `operations.services.steps` alone, by compare and set.
    """

    class Origin(models.TextChoices):
        """Who or what had it done."""

        PERSON = "person", "a person"
        RULE = "rule", "a rule"
        BULK = "bulk", "a bulk plan"

    class Resolution(models.TextChoices):
        """What told us how it ended."""

        NONE = "", "nothing yet"
        ANSWER = "answer", "Vonage's answer"
        PREFLIGHT = "preflight", "found at Vonage before it was sent again"
        LOOK = "look", "found, or not found, when we looked at Vonage"
        LATE = "late", "found at Vonage long after"
        HUMAN = "human", "a person"

    reference = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=16, choices=State)
    version = models.PositiveIntegerField(default=1)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.PERSON)
    # One that ended without effect may be asked for again, once.
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )
    # When it is to be tried next, and until when it may still be sent.
    not_before = models.DateTimeField(default=timezone.now)
    not_after = models.DateTimeField()
    # While the outcome is unknown: since when, when we look next, and the good looks that count.
    unknown_since = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    looks = models.PositiveIntegerField(default=0)
    settled_looks = models.PositiveIntegerField(default=0)
    # How it ended: Vonage's id and words, and what told us.
    remote_id = models.CharField(max_length=64, blank=True)
    resolution = models.CharField(
        max_length=12, choices=Resolution, default=Resolution.NONE, blank=True
    )
    detail = models.TextField(blank=True)
    instance = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.Manager["Operation"]] = models.Manager()

    class Meta:
        db_table = "operations_operation"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "form_token"], name="operation_once_for_each_form"
            ),
            models.UniqueConstraint(
                fields=["workspace", "kind", "remote_id"],
                condition=~Q(remote_id=""),
                name="operation_of_a_remote_id_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="operation_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(amount=None, from_key="", to_key="")
                | Q(amount__gt=0) & ~Q(from_key="") & ~Q(to_key="") & ~Q(from_key=F("to_key")),
                name="operation_moves_something_between_two_sides",
            ),
            models.CheckConstraint(
                condition=Q(state=State.UNKNOWN, look_at__isnull=False, unknown_since__isnull=False)
                | ~Q(state=State.UNKNOWN),
                name="operation_unknown_is_looked_at",
            ),
            # At most one under way for an account, so that what Vonage lists can be read.
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state=State.SENDING),
                name="operation_one_at_a_time_for_an_account",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state=State.READY), name="operation_ready"
            ),
            models.Index(
                fields=["look_at"], condition=Q(state=State.UNKNOWN), name="operation_unknown"
            ),
            models.Index(
                fields=["workspace", "state"],
                condition=Q(state__in=sorted({*HELD, State.AWAITING})),
                name="operation_open",
            ),
            models.Index(fields=["workspace", "-created_at", "-id"], name="operation_latest"),
            models.Index(fields=["account", "-created_at"], name="operation_of_account"),
            models.Index(fields=["made_by", "created_at"], name="operation_of_person"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """It can still come to something, or nobody knows whether it has."""
        return self.state in HELD or self.state == State.AWAITING
