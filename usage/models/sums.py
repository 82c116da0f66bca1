from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Account
from money.fields import MoneyField
from teams.models import Workspace
from usage.models.reports import Report


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
