from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from teams.models import Workspace


class EventFeed(models.Model):
    """How far a workspace's copy of Vonage's audit reaches, and who is reading right now.

    Events are read window by window: from a while before `read_to` to the moment at which the
    window was begun. A window with many pages is read over several rounds.
    """

    class State(models.TextChoices):
        """What came of the last attempt."""

        WAITING = "waiting", "not read yet"
        WORKING = "working", "read"
        NOT_ENABLED = "not_enabled", "not enabled for this account"
        FAILED = "failed", "failed"

    workspace = models.OneToOneField(
        Workspace, models.CASCADE, primary_key=True, related_name="event_feed"
    )
    due_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    # Everything up to this moment was read. None before the first whole window.
    read_to = models.DateTimeField(null=True)
    # The window that is being read, and the page that comes next.
    window_from = models.DateTimeField(null=True)
    window_to = models.DateTimeField(null=True)
    next_page = models.PositiveIntegerField(default=1)
    # The last attempt: when, and what went wrong, in Vonage's or in our words.
    tried_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    fault = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["EventFeed"]] = models.Manager()

    class Meta:
        db_table = "remote_events_feed"
        constraints = [
            models.CheckConstraint(
                condition=Q(claim=None, claimed_until=None)
                | Q(claim__isnull=False, claimed_until__isnull=False),
                name="event_feed_claim_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(window_from=None, window_to=None)
                | Q(window_from__isnull=False, window_to__isnull=False),
                name="event_feed_window_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="event_feed_due")]

    def __str__(self) -> str:
        return f"Vonage's audit of {self.workspace_id}"


class RemoteEvent(models.Model):
    """One event of Vonage's own audit, as sent. Never changed, but for the account it is about."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    # Vonage's id, or its digest where it is none that fits an address.
    remote_id = models.CharField(max_length=64)
    # By Vonage's clock.
    at = models.DateTimeField()
    # An open set, and the words that Vonage has for it.
    type = models.TextField(blank=True)
    description = models.TextField(blank=True)
    # `CD` for Vonage's dashboard, `DEVAPI` for its APIs, and its words.
    source = models.TextField(blank=True)
    source_description = models.TextField(blank=True)
    # Who of Vonage's dashboard; events of the APIs name nobody.
    person = models.TextField(blank=True)
    address = models.TextField(blank=True)
    country = models.TextField(blank=True)
    # The account by Vonage's word, and ours of that key; None where the mirror does not know it.
    about_key = models.TextField(blank=True)
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, db_index=False, related_name="+"
    )
    # What else Vonage says, as JSON; values named like a secret are left out.
    context = models.TextField(blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["RemoteEvent"]] = models.Manager()

    class Meta:
        db_table = "remote_events_event"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "remote_id"], name="remote_event_once"),
        ]
        indexes = [
            models.Index(fields=["workspace", "-at", "remote_id"], name="remote_event_latest"),
            models.Index(fields=["account", "-at"], name="remote_event_of_account"),
            models.Index(
                fields=["workspace", "about_key"],
                condition=Q(account=None),
                name="remote_event_homeless",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.remote_id}"

    @property
    def what(self) -> str:
        """What happened, in Vonage's words."""
        return self.description or self.type or "something without a name"

    @property
    def where(self) -> str:
        """Where it was done, in Vonage's words."""
        return self.source_description or self.source
