from django.db import models

from accounts.models.account import Account
from money.fields import MoneyField
from teams.models import Workspace


class Reading(models.Model):
    """Balance and credit limit of one account from one time on, until the next reading.

    Stored only when something differs from the last, so nothing stands for "unchanged".
    """

    pk = models.CompositePrimaryKey("account_id", "at")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    at = models.DateTimeField()
    balance = MoneyField()
    credit_limit = MoneyField(null=True)

    class Meta:
        db_table = "accounts_reading"

    def __str__(self) -> str:
        return f"{self.balance} at {self.at:%Y-%m-%d %H:%M:%S}"


class TotalReading(models.Model):
    """Total balance and credit of a workspace from one time on, as Vonage's answer carried them."""

    pk = models.CompositePrimaryKey("workspace_id", "at")
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    at = models.DateTimeField()
    balance = MoneyField()
    credit_limit = MoneyField(null=True)

    class Meta:
        db_table = "accounts_total_reading"

    def __str__(self) -> str:
        return f"{self.balance} at {self.at:%Y-%m-%d %H:%M:%S}"


class Observation(models.Model):
    """Something that changed at Vonage without us, as the mirror noticed it."""

    class Kind(models.TextChoices):
        """What happened."""

        CREATED = "created", "created"
        RENAMED = "renamed", "renamed"
        SUSPENDED = "suspended", "suspended"
        RESUMED = "resumed", "resumed"
        OWN_BALANCE = "own_balance", "switched to a balance of its own"
        SHARED_BALANCE = "shared_balance", "switched to the shared balance"
        VANISHED = "vanished", "no longer listed by Vonage"
        RETURNED = "returned", "listed by Vonage again"

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE)
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        db_table = "accounts_observation"
        indexes = [models.Index(fields=["workspace", "-at"], name="observation_latest")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"
