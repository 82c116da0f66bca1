from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Account
from operations.models import Operation


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
