"""The book: chains of entries, and notes of where each chain stood.

Nothing here points at other tables. What an entry describes may be removed; the entry stays, with
the labels that it had.
"""

from typing import ClassVar

from django.db import models

from audit.events import sentence_of
from audit.reading import EntryQuerySet
from vault.fields import SealedField

INSTALLATION = "installation"


def chain_name(workspace_id: int | None) -> str:
    """Return the name of a workspace's chain, or of the installation's for None."""
    return INSTALLATION if workspace_id is None else f"workspace:{workspace_id}"


class Chain(models.Model):
    """How far a chain has come, and the key of its hashes.

    The seal of the key is bound to the name, which is the primary key.
    """

    name = models.CharField(max_length=40, primary_key=True)
    key = SealedField()
    seq = models.BigIntegerField(default=0)
    # The hash of the last entry.
    head = models.CharField(max_length=64, blank=True)

    objects: ClassVar[models.Manager["Chain"]] = models.Manager()

    class Meta:
        db_table = "audit_chain"

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One thing that somebody did or was refused. `audit.writing.record` is the only writer."""

    class Outcome(models.TextChoices):
        """Whether it happened."""

        DONE = "done", "done"
        REFUSED = "refused", "refused"

    chain = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=64)
    # Empty where no person acted; the label then says who or what did.
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    ip = models.CharField("IP address", max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    workspace_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    target_type = models.CharField(max_length=64, blank=True)
    target_id = models.CharField(max_length=64, blank=True)
    target_label = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    # The hash of the entry before this one; empty for the first.
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        db_table = "audit_entry"
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_entry_place_unique"),
        ]
        indexes = [
            models.Index(fields=["workspace_id", "-at"], name="audit_entry_time"),
            models.Index(fields=["workspace_id", "account_id", "-at"], name="audit_entry_account"),
            models.Index(fields=["workspace_id", "actor_id", "-at"], name="audit_entry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}: {self.event}"

    @property
    def sentence(self) -> str:
        """What was done, in words that go on after the actor's name."""
        return sentence_of(self.event)


class Checkpoint(models.Model):
    """Where a chain stood at some time; the same stands outside the database."""

    chain = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    head = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager["Checkpoint"]] = models.Manager()

    class Meta:
        db_table = "audit_checkpoint"
        indexes = [models.Index(fields=["chain", "-id"], name="audit_checkpoint_latest")]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"


class CheckpointMail(models.Model):
    """The mail of one day of UTC that says where the chains stand: at most one, whatever dies.

    The row stands before the mail leaves. One that was refused is taken back; of one whose sender
    died nobody knows, so it is not sent again, and the next day's begins where the last one ended
    of which we know that it was sent.
    """

    day = models.DateField(primary_key=True)
    # The last note that is in it. None: nobody knows whether it was sent.
    upto = models.BigIntegerField(null=True)

    objects: ClassVar[models.Manager["CheckpointMail"]] = models.Manager()

    class Meta:
        db_table = "audit_checkpoint_mail"

    def __str__(self) -> str:
        return f"mail of {self.day}"
