from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from statements.models.statements import Statement
from teams.models import Member


class Mailed(models.Model):
    """That a member's mail of a statement left, or was about to, and what came of it."""

    class State(models.TextChoices):
        """What came of it."""

        # The first byte may have left. One that stays so had a sender that died.
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        # Known not to have left: the mail server said no, or was not reached.
        REFUSED = "refused", "Not sent"
        UNKNOWN = "unknown", "Unclear whether it went"
        WAITING = "waiting", "To be sent again"
        LAPSED = "lapsed", "No longer to be sent"

    HELD = timedelta(minutes=10)
    """Longer than sending one mail takes."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.SENDING)
    begun_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    # How often it was tried since a person asked for it, or since the beginning.
    tries = models.PositiveSmallIntegerField(default=1)
    # When it is tried again by itself; None where that is a person's business, or nobody's.
    next_at = models.DateTimeField(null=True)
    # Of the mail server's last refusal; None where there was none, or it gave no number.
    code = models.PositiveSmallIntegerField(null=True)

    objects: ClassVar[models.Manager["Mailed"]] = models.Manager()

    class Meta:
        db_table = "statements_mailed"
        constraints = [
            models.UniqueConstraint(fields=["statement", "member"], name="statement_mailed_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="statement_sent_has_a_time",
            ),
            # What may have left is never tried again by itself.
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | Q(state__in=("refused", "waiting")),
                name="statement_mail_again_only_if_unsent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="statement_mail_due"
            ),
        ]

    def __str__(self) -> str:
        return f"statement {self.statement_id} to {self.member_id}"

    @property
    def is_unclear(self) -> bool:
        """Whether nobody knows if it went."""
        died = self.state == self.State.SENDING and self.begun_at < timezone.now() - self.HELD
        return died or self.state == self.State.UNKNOWN

    @property
    def is_waiting(self) -> bool:
        """Whether a person had it sent again, and a worker is about to."""
        return self.state == self.State.WAITING
