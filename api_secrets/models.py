from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Account
from operations.models import Operation
from teams.models import User, Workspace


class SecretList(models.Model):
    """When the list of an account's API secrets was last read. No row: never."""

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="secret_list"
    )
    # When Vonage was asked, not when it answered: what changed in between is not in it.
    read_at = models.DateTimeField()

    objects: ClassVar[models.Manager["SecretList"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_list"

    def __str__(self) -> str:
        return f"secrets of {self.account_id}"


class ApiSecret(models.Model):
    """That an API secret exists, or existed: Vonage's id of it, and never its value."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_secrets")
    remote_id = models.CharField(max_length=64)
    # By Vonage's clock.
    created_at = models.DateTimeField()
    first_seen_at = models.DateTimeField(default=timezone.now)
    # What made it, where it was made here.
    operation = models.OneToOneField(
        Operation, models.PROTECT, null=True, related_name="api_secret"
    )
    gone_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["ApiSecret"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_secret"
        constraints = [
            models.UniqueConstraint(fields=["account", "remote_id"], name="api_secret_once"),
        ]

    def __str__(self) -> str:
        return f"API secret {self.remote_id}"


class HandOver(models.Model):
    """A link by which somebody outside takes a new API secret, once.

    The value is not in here: it stays sealed with its operation until it is taken, and then it is
    nowhere. Of link and code there are only hashes.
    """

    MOST_TRIES = 5
    """So many codes may be wrong; then the link is dead."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="hand_overs")
    token_digest = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=128)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["HandOver"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_hand_over"
        constraints = [
            # A newer link takes the place of the older one.
            models.UniqueConstraint(
                fields=["operation"],
                condition=models.Q(withdrawn_at=None),
                name="hand_over_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None) | models.Q(taken_at__isnull=False),
                name="hand_over_confirmed_when_taken",
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over of {self.operation_id}"
