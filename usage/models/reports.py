from datetime import UTC, date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from teams.models import User, Workspace
from usage.products import PRODUCTS, Product


class Report(models.Model):
    """A report that somebody ordered at Vonage: what was asked, and how far it is."""

    class State(models.TextChoices):
        """How far it is."""

        ORDERED = "ordered", "Waiting to be sent"
        # The first byte may have left. Whoever finds it so after a crash looks at Vonage first.
        SENDING = "sending", "Being ordered"
        UNKNOWN = "unknown", "Unclear whether Vonage has it"
        RUNNING = "running", "Vonage is making it"
        FETCHING = "fetching", "Being downloaded"
        READY = "ready", "Ready"
        BROKEN = "broken", "Could not be downloaded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        EXPIRED = "expired", "File removed"

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    form_token = models.CharField(max_length=64)
    # Ordered by the daily schedule, in the name of whoever switched it on.
    is_daily = models.BooleanField(default=False)

    # What was asked. The account is the primary one where all subaccounts are meant with it.
    product = models.CharField(max_length=32)
    direction = models.CharField(max_length=8, blank=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    with_subaccounts = models.BooleanField(default=False)
    # From the first moment up to, not including, the second; whole seconds.
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    filters = models.JSONField(default=dict)
    # How many records were expected; None where nothing was known to tell from.
    estimate = models.PositiveBigIntegerField(null=True)

    state = models.CharField(max_length=9, choices=State, default=State.ORDERED)
    # When the next step is due; None where nothing is left to do by itself.
    due_at = models.DateTimeField(null=True, default=timezone.now)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    # When the order left, by our clock.
    sent_at = models.DateTimeField(null=True)
    remote_id = models.CharField(max_length=100, blank=True)
    # The digest of what its callback's address ends with; empty once it was used, or is not to be.
    callback_digest = models.CharField(max_length=64, blank=True)
    cancel_asked_at = models.DateTimeField(null=True)
    # Of the whole report, once Vonage has counted them.
    items_count = models.PositiveBigIntegerField(null=True)
    # Vonage stopped at its own limit: what is in the file is not all.
    is_cut = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    # What went wrong last, in plain words.
    fault = models.TextField(blank=True)

    # The zip in our folder: bytes, and when it is removed. None where there is no file.
    file_size = models.PositiveBigIntegerField(null=True)
    kept_until = models.DateTimeField(null=True)
    # Its sums: when they were taken in, of how many records the account is unknown to us, and
    # why they could not be.
    summed_at = models.DateTimeField(null=True)
    left_out = models.PositiveBigIntegerField(default=0)
    sums_fault = models.TextField(blank=True)

    objects: ClassVar[models.Manager["Report"]] = models.Manager()

    class Meta:
        db_table = "usage_report"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "form_token"], name="report_once"),
            models.UniqueConstraint(
                fields=["workspace", "remote_id"],
                condition=~Q(remote_id=""),
                name="report_one_remote_id",
            ),
            models.CheckConstraint(
                condition=Q(claim__isnull=True, claimed_until__isnull=True)
                | Q(claim__isnull=False, claimed_until__isnull=False),
                name="report_claim_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=models.F("ends_at")), name="report_window_is_forward"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="report_due"),
            models.Index(fields=["workspace", "-id"], name="report_newest"),
            models.Index(fields=["kept_until"], name="report_kept_until"),
            models.Index(
                fields=["callback_digest"],
                condition=~Q(callback_digest=""),
                name="report_callback",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.pk} of {self.what.name}"

    @property
    def what(self) -> Product:
        """The product."""
        return PRODUCTS[self.product]

    @property
    def tone(self) -> str:
        """The colour of its state, as the style sheet calls it."""
        return _TONES.get(self.State(self.state), "")

    @property
    def is_open(self) -> bool:
        """Whether something will still happen by itself."""
        return self.due_at is not None

    @property
    def is_cancellable(self) -> bool:
        """Whether cancelling it can make a difference."""
        waiting = {self.State.ORDERED, self.State.SENDING, self.State.RUNNING, self.State.UNKNOWN}
        return self.state in waiting and self.cancel_asked_at is None

    @property
    def is_lost(self) -> bool:
        """Whether nobody knows if Vonage has it, and we have stopped looking by ourselves."""
        return self.state == self.State.UNKNOWN and self.due_at is None

    @property
    def can_be_retried(self) -> bool:
        """Whether something came to nothing that can be done once more."""
        unsummed = self.state == self.State.READY and bool(self.sums_fault) and not self.is_open
        return self.state == self.State.BROKEN or self.is_lost or unsummed

    @property
    def has_file(self) -> bool:
        """Whether there is something to download."""
        return self.state == self.State.READY and self.file_size is not None

    @property
    def can_be_summed(self) -> bool:
        """Whether what it says can be taken in: nothing is left out of it."""
        return not (self.filters or self.is_cut)

    @property
    def first_day(self) -> date:
        """The first day of UTC that belongs to it."""
        return self.starts_at.astimezone(UTC).date()

    @property
    def last_day(self) -> date:
        """The last day of UTC of which something belongs to it."""
        return (self.ends_at - timedelta(seconds=1)).astimezone(UTC).date()


_TONES = {
    Report.State.READY: "succeeded",
    Report.State.UNKNOWN: "awaiting",
    Report.State.BROKEN: "rejected",
    Report.State.FAILED: "rejected",
}
