from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, Tag
from money.fields import MoneyField
from teams.models import Member, User, Workspace
from usage.products import PRODUCTS


class PriceList(models.Model):
    """What the accounts with a tag are charged for their usage."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    tag = models.OneToOneField(Tag, models.CASCADE, related_name="price_list")
    # Of the cost, for what no rate names. None: what no rate names has no resale price.
    factor = MoneyField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[models.Manager["PriceList"]] = models.Manager()

    class Meta:
        db_table = "statements_price_list"
        constraints = [
            models.CheckConstraint(
                condition=Q(factor=None) | Q(factor__gt=0), name="price_list_factor_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"prices of {self.tag}"

    @property
    def factor_text(self) -> str:
        """The factor without empty decimals, or nothing."""
        return "" if self.factor is None else f"{self.factor:f}".rstrip("0").rstrip(".")


class Rate(models.Model):
    """So much for each record of a product, in EUR; of all countries where none is named."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="rates")
    product = models.CharField(max_length=32)
    direction = models.CharField(max_length=8, blank=True)
    country = models.CharField(max_length=8, blank=True)
    amount = MoneyField()

    objects: ClassVar[models.Manager["Rate"]] = models.Manager()

    class Meta:
        db_table = "statements_rate"
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "product", "direction", "country"], name="rate_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="rate_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.direction} {self.country}"

    @property
    def name(self) -> str:
        """What it is for."""
        return ", ".join(filter(None, (PRODUCTS[self.product].name, self.direction)))


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
        return f"{self.account_id}, {self.month:%Y-%m}, revision {self.revision}"

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


class Schedule(models.Model):
    """On which day of the month statements of the month before are made, and whether mailed."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="+")
    day = models.PositiveSmallIntegerField("day of the month", default=3)
    makes = models.BooleanField("make statements by themselves", default=False)
    mails = models.BooleanField("mail them to the people of each account", default=False)

    objects: ClassVar[models.Manager["Schedule"]] = models.Manager()

    class Meta:
        db_table = "statements_schedule"
        constraints = [
            models.CheckConstraint(
                condition=Q(day__gte=1, day__lte=28), name="schedule_day_is_in_every_month"
            ),
        ]

    def __str__(self) -> str:
        return f"schedule of {self.workspace_id}"


class Run(models.Model):
    """That a month is being made, or was: by the schedule once, whoever dies on the way."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    month = models.DateField()
    asked_at = models.DateTimeField(default=timezone.now)
    # The schedule had its turn, and its mails are sent behind it.
    is_scheduled = models.BooleanField(default=False)
    mails = models.BooleanField(default=False)
    # Whoever works on it has it until then; afterwards it is anybody's.
    taken_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Run"]] = models.Manager()

    class Meta:
        db_table = "statements_run"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "month"], name="statement_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.workspace_id}, {self.month:%Y-%m}"


class Mailed(models.Model):
    """That a member's mail of a statement left, or was about to: it is never sent twice."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    # None: whoever sent it died on the way, and nobody knows whether it left.
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Mailed"]] = models.Manager()

    class Meta:
        db_table = "statements_mailed"
        constraints = [
            models.UniqueConstraint(fields=["statement", "member"], name="statement_mailed_once"),
        ]

    def __str__(self) -> str:
        return f"statement {self.statement_id} to {self.member_id}"
