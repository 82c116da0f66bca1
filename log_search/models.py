import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Account
from teams.models import User, Workspace
from usage.products import PRODUCTS, Product
from vault.fields import SealedField

DAY = timedelta(days=1)


class Search(models.Model):
    """What somebody looks for in Vonage's records, and how far looking has come.

    Records are asked for a day at a time, the newest day first, and a page at a time.
    """

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", "Searching"
        DONE = "done", "Finished"
        STOPPED = "stopped", "Stopped"
        FULL = "full", "Too many records"
        SPENT = "spent", "Budget used up"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Removed"

    # The address. The seals are bound to it, so it must be known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    form_token = models.CharField(max_length=64)

    product = models.CharField(max_length=32)
    direction = models.CharField(max_length=8, blank=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    # From the first moment up to, not including, the second; None where ids are looked for.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    # Status and country. What may be somebody's is sealed: numbers, references, ids.
    terms = models.JSONField(default=dict)
    sought = SealedField(null=True)
    # By what it is narrowed, in words that name nobody: "number from", "status".
    kinds = models.JSONField(default=list)
    include_message = models.BooleanField(default=False)
    # Tells the same question again, under a key that is not in the database.
    fingerprint = models.CharField(max_length=64)

    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    # All from this moment on is found; the day before it is next.
    until = models.DateTimeField(null=True)
    # Where the next page of that day begins, as Vonage put it, and short hashes of the places
    # there were before.
    place = SealedField(null=True)
    places = models.JSONField(default=list)
    pages = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)

    # When the next page is due; None where nothing is left to do by itself.
    due_at = models.DateTimeField(null=True, default=timezone.now)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    # What is found is removed then; None where it is removed.
    kept_until = models.DateTimeField(null=True)
    # What went wrong last, in plain words.
    fault = models.TextField(blank=True)

    objects: ClassVar[models.Manager["Search"]] = models.Manager()

    class Meta:
        db_table = "log_search"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "form_token"], name="log_search_once"),
            models.CheckConstraint(
                condition=Q(claim__isnull=True, claimed_until__isnull=True)
                | Q(claim__isnull=False, claimed_until__isnull=False),
                name="log_search_claim_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__lt=F("ends_at")),
                name="log_search_window_is_forward",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="log_search_due"),
            models.Index(fields=["workspace", "asked_by", "-asked_at"], name="log_search_own"),
            models.Index(fields=["workspace", "fingerprint"], name="log_search_same"),
            models.Index(fields=["kept_until"], name="log_search_kept_until"),
        ]

    def __str__(self) -> str:
        return f"log search {self.pk}"

    @property
    def what(self) -> Product:
        """The product."""
        return PRODUCTS[self.product]

    @property
    def is_open(self) -> bool:
        """Whether something will still happen by itself."""
        return self.due_at is not None

    @property
    def is_resting(self) -> bool:
        """Whether something came in between, and is tried again."""
        return self.is_open and self.failures > 0

    @property
    def days(self) -> int:
        """How many days have to be asked for; 1 where ids are."""
        if self.starts_at is None or self.ends_at is None:
            return 1
        return -((self.starts_at - self.ends_at) // DAY)

    @property
    def day(self) -> int:
        """Which of them is being asked for, counted from 1."""
        if self.ends_at is None or self.until is None:
            return 1
        return min((self.ends_at - self.until) // DAY + 1, self.days)

    @property
    def version(self) -> str:
        """Changes with whatever the page shows."""
        return f"{self.state}-{self.pages}-{self.failures}"

    @property
    def tone(self) -> str:
        """The colour of its state, as the style sheet calls it."""
        return _TONES.get(self.state, "")


_TONES: dict[str, str] = {
    Search.State.DONE: "succeeded",
    Search.State.FULL: "awaiting",
    Search.State.SPENT: "awaiting",
    Search.State.FAILED: "rejected",
}


class Page(models.Model):
    """Up to 1,000 records, as Vonage sent them, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    search = models.ForeignKey(Search, models.CASCADE, db_index=False, related_name="+")
    number = models.PositiveIntegerField()
    # The day that was asked for; None where ids were.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField()
    # The first and the last time among the records; None where they tell none.
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    records = SealedField()

    objects: ClassVar[models.Manager["Page"]] = models.Manager()

    class Meta:
        db_table = "log_search_page"
        constraints = [
            models.UniqueConstraint(fields=["search", "number"], name="log_search_page_once"),
        ]

    def __str__(self) -> str:
        return f"page {self.number} of {self.search_id}"
