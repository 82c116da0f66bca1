from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from operations.models.operations import Operation
from operations.references import new_code
from teams.models import User, Workspace


class Installation(models.Model):
    """The letters by which this installation knows its own references, and where it is. One row.

    A copy of the database somewhere else has the same letters and another address.
    """

    ONLY = 1

    code = models.CharField(max_length=4, default=new_code)
    # The address to which it is bound: nothing is sent from another one. Empty: not seen yet.
    base_url = models.CharField(max_length=500, blank=True, default="", db_default="")

    objects: ClassVar[models.Manager["Installation"]] = models.Manager()

    class Meta:
        db_table = "operations_installation"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="installation_is_one"),
        ]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def current_code(cls) -> str:
        """Return the letters; made at the first question."""
        return cls._current(settings.BASE_URL).code

    @classmethod
    def bind(cls, address: str) -> str:
        """Return the address to which it is bound: to this one, where it was bound to none.

        Of several processes that come first, one binds it, and all hear the same.
        """
        if bound := cls._current(address).base_url:
            return bound
        cls.objects.filter(pk=cls.ONLY, base_url="").update(base_url=address)
        return cls.objects.get(pk=cls.ONLY).base_url

    @classmethod
    def _current(cls, address: str) -> "Installation":
        return cls.objects.get_or_create(pk=cls.ONLY, defaults={"base_url": address})[0]


class Lane(models.Model):
    """Whether a workspace may send anything, and how well its books are known.

    Halted, it waits for a person. Held, it waits for a good list from Vonage. The row is also
    what claims of the workspace lock, so that limits are computed one after the other.
    """

    class Halt(models.TextChoices):
        """Why nothing is sent until a person says so."""

        NONE = "", "not halted"
        PERSON = "person", "somebody stopped it"
        BOOKS = "books", "the books do not match"
        ROLLBACK = "rollback", "the database is older than what happened at Vonage"
        CLOCK = "clock", "the clocks of Vonage and of this machine are far apart"
        MOVED = "moved", "this installation answers at another address than before"

    class Hold(models.TextChoices):
        """Why nothing is sent until a list from Vonage is good again."""

        NONE = "", "not held"
        CREDENTIALS = "credentials", "Vonage turns the credentials away"
        UNCLEAR = "unclear", "too many outcomes were unclear"

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True)
    halt = models.CharField(max_length=12, choices=Halt, default=Halt.NONE, blank=True)
    halted_at = models.DateTimeField(null=True)
    halted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    halt_reason = models.TextField(blank=True)
    hold = models.CharField(max_length=12, choices=Hold, default=Hold.NONE, blank=True)
    held_at = models.DateTimeField(null=True)
    # Whether lists give our references back unchanged. None: no transfer has shown it yet.
    echoes = models.BooleanField(null=True)
    # The last good audit: when it was asked, and since when all transfers are known.
    audited_at = models.DateTimeField(null=True)
    audit_due_at = models.DateTimeField(default=timezone.now)
    audit_failures = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["Lane"]] = models.Manager()

    class Meta:
        db_table = "operations_lane"

    def __str__(self) -> str:
        return f"lane of {self.workspace_id}"

    @property
    def is_closed(self) -> bool:
        """Nothing is sent."""
        return bool(self.halt or self.hold)


class Finding(models.Model):
    """Something in the books that a person has to look at. Each is found once."""

    class Kind(models.TextChoices):
        """What was found."""

        DOUBLE = "double", "made twice at Vonage"
        LATE = "late", "happened after it was given up"
        ORPHAN = "orphan", "carries our name, and we know nothing of it"
        MISMATCH = "mismatch", "happened otherwise than asked"
        STUCK = "stuck", "does not get on"
        ECHO = "echo", "Vonage's lists do not give our references back"
        SKEW = "skew", "the clocks differ"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=12, choices=Kind)
    # What it is about: a reference, or Vonage's id.
    key = models.CharField(max_length=200)
    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="findings")
    detail = models.TextField(blank=True)
    found_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.Manager["Finding"]] = models.Manager()

    class Meta:
        db_table = "operations_finding"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "key"], name="finding_once"),
        ]
        indexes = [
            models.Index(fields=["workspace"], condition=Q(seen_at=None), name="finding_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.kind}"
