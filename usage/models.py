from datetime import UTC, date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from money.fields import MoneyField
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


class UsageSum(models.Model):
    """What an account used of a product on one day of UTC in one country.

    Several rows may be about the same: they add up. Only those that are valid count.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    report = models.ForeignKey(Report, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    product = models.CharField(max_length=32)
    direction = models.CharField(max_length=8, blank=True)
    # Vonage's code; empty where records name none.
    country = models.CharField(max_length=8, blank=True)
    day = models.DateField()
    # The first day of the month of the workspace's zone in which the records lie.
    month = models.DateField()
    currency = models.CharField(max_length=8)
    count = models.PositiveBigIntegerField()
    cost = MoneyField()
    is_valid = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["UsageSum"]] = models.Manager()

    class Meta:
        db_table = "usage_sum"
        indexes = [
            models.Index(
                fields=["workspace", "day", "product"],
                condition=Q(is_valid=True),
                name="usage_sum_by_day",
            ),
            models.Index(
                fields=["workspace", "month", "account"],
                condition=Q(is_valid=True),
                name="usage_sum_by_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} on {self.day}"


class HeldDays(models.Model):
    """Whole days of which the sums of a product are known, so that they are not ordered again."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    product = models.CharField(max_length=32)
    direction = models.CharField(max_length=8, blank=True)
    # None: of all accounts.
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    # When Vonage was asked: what came later is not in it.
    known_at = models.DateTimeField()
    # The zone by whose months they were counted.
    zone = models.CharField(max_length=64, default="UTC")

    objects: ClassVar[models.Manager["HeldDays"]] = models.Manager()

    class Meta:
        db_table = "usage_held_days"

    def __str__(self) -> str:
        return f"{self.product}, {self.first_day} to {self.last_day}"


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
