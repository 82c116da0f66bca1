from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from money.fields import MoneyField
from teams.models import Workspace
from usage.products import PRODUCTS


class Statement(models.Model):
    """A month of an account, as it was known when the statement was made. Never changed.

    When the figures turn out to be others, there is a further revision; older ones stay readable.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="+")
    # The first day of the month, and the zone by whose days the month begins and ends.
    month = models.DateField()
    zone = models.CharField(max_length=64)
    revision = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=timezone.now)
    shares_balance = models.BooleanField()
    # What it says, in short: the same again makes no revision.
    digest = models.CharField(max_length=64)
    # What is to be said beside the figures, as codes with what they name: `statements.wording`.
    notes = models.JSONField(default=list)

    objects: ClassVar[models.Manager["Statement"]] = models.Manager()

    class Meta:
        db_table = "statements_statement"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "month", "revision"], name="statement_revision_once"
            ),
            models.UniqueConstraint(
                fields=["account", "month"],
                condition=Q(is_current=True),
                name="statement_one_current",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "month"],
                condition=Q(is_current=True),
                name="statement_by_month",
            ),
        ]

    def __str__(self) -> str:
        return f"statement of {self.month:%Y-%m}, revision {self.revision}"

    @property
    def month_code(self) -> str:
        """The month as addresses carry it: `2026-10`."""
        return f"{self.month:%Y-%m}"


class Line(models.Model):
    """One figure of a statement."""

    class Kind(models.TextChoices):
        """What it is about."""

        OPENING = "opening", "Balance at the beginning"
        TRANSFER_IN = "transfer_in", "Balance moved to it"
        TRANSFER_OUT = "transfer_out", "Balance moved from it"
        CREDIT_IN = "credit_in", "Credit moved to it"
        CREDIT_OUT = "credit_out", "Credit moved from it"
        USAGE = "usage", "Usage"
        SHARED = "shared", "Usage of accounts that share its balance"
        NUMBERS = "numbers", "Phone numbers held"
        COMPUTED = "computed", "Balance at the end, computed"
        MIRROR = "mirror", "Balance at the end, as Vonage told"
        DIFFERENCE = "difference", "Difference"

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="lines")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    product = models.CharField(max_length=32, blank=True)
    direction = models.CharField(max_length=8, blank=True)
    count = models.PositiveBigIntegerField(null=True)
    # At cost, and at resale prices; None: unknown, or no such price.
    amount = MoneyField(null=True)
    resale = MoneyField(null=True)
    currency = models.CharField(max_length=8, default="EUR")

    objects: ClassVar[models.Manager["Line"]] = models.Manager()

    class Meta:
        db_table = "statements_line"
        constraints = [
            models.UniqueConstraint(fields=["statement", "place"], name="line_place_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of statement {self.statement_id}"

    @property
    def name(self) -> str:
        """What it is called."""
        if self.kind != self.Kind.USAGE:
            return str(self.Kind(self.kind).label)
        return ", ".join(filter(None, (PRODUCTS[self.product].name, self.direction)))
