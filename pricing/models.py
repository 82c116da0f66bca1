from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from money.fields import MoneyField
from pricing.products import PRODUCTS, Product
from teams.models import Workspace

_PLACES = Decimal("0.1")


class PriceBook(models.Model):
    """When the prices of a workspace's primary account are read, and who reads them now."""

    workspace = models.OneToOneField(
        Workspace, models.CASCADE, primary_key=True, related_name="price_book"
    )
    due_at = models.DateTimeField(default=timezone.now)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    # The last attempt, whatever came of it, and how many have failed since the last good one.
    tried_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    # No attempt before this time: Vonage asked us to wait.
    rests_until = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["PriceBook"]] = models.Manager()

    class Meta:
        db_table = "pricing_book"
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=True, claimed_until__isnull=True)
                | Q(claim__isnull=False, claimed_until__isnull=False),
                name="price_book_claim_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"prices of {self.workspace_id}"

    def is_claimed(self, now: datetime) -> bool:
        """Return whether a process is reading from Vonage at this moment."""
        return self.claimed_until is not None and self.claimed_until > now


class PriceList(models.Model):
    """How the prices of one product were last read. No row: nobody has tried."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="price_lists")
    product = models.CharField(max_length=16)
    # The last good reading: when Vonage was asked.
    read_at = models.DateTimeField(null=True)
    # The last attempt: when, and what went wrong, in our words and in Vonage's.
    tried_at = models.DateTimeField()
    fault = models.TextField(blank=True)
    detail = models.TextField(blank=True)

    objects: ClassVar[models.Manager["PriceList"]] = models.Manager()

    class Meta:
        db_table = "pricing_list"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "product"], name="price_list_once")
        ]

    def __str__(self) -> str:
        return f"{self.product} read at {self.read_at}"

    @property
    def what(self) -> Product:
        """The product."""
        return PRODUCTS[self.product]


class Place(models.Model):
    """What is called or written to: a network, or all the rest of a country (no network's name).

    Texts are Vonage's.
    """

    product = models.CharField(max_length=16)
    # Two letters; empty where Vonage names none.
    country_code = models.TextField(blank=True)
    country_name = models.TextField()
    dialing_prefix = models.TextField(blank=True)
    network_code = models.TextField(blank=True)
    network_name = models.TextField(blank=True)
    # mobile, landline, pager or another.
    network_type = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.what.name} to {self.country_name} {self.network_name}".rstrip()

    @property
    def what(self) -> Product:
        """The product."""
        return PRODUCTS[self.product]

    @property
    def type_text(self) -> str:
        """The type in words: `landline premium`."""
        return self.network_type.replace("_", " ")


class Price(Place):
    """What one message or minute costs, as it was last read. Never edited by hand."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="prices")
    # What tells one price of a product from the others, also in the next reading.
    key = models.TextField()
    mcc = models.TextField(blank=True)
    mnc = models.TextField(blank=True)
    # First digits of the network's numbers, and its other codes; spaces between them.
    ranges = models.TextField(blank=True)
    aliases = models.TextField(blank=True)
    price = MoneyField()
    currency = models.CharField(max_length=8)
    # What lists are sorted by, and what is searched.
    listing_key = models.TextField()
    search = models.TextField()

    objects: ClassVar[models.Manager["Price"]] = models.Manager()

    class Meta:
        db_table = "pricing_price"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "product", "key"], name="price_once")
        ]
        indexes = [
            models.Index(fields=["workspace", "listing_key"], name="price_listing"),
            models.Index(fields=["workspace", "dialing_prefix"], name="price_prefix"),
        ]


class PriceChange(Place):
    """That one reading differed from the one before. `seen_at`: when Vonage was asked."""

    class Kind(models.TextChoices):
        """What is different."""

        UP = "up", "dearer"
        DOWN = "down", "cheaper"
        CURRENCY = "currency", "another currency"
        APPEARED = "appeared", "new"
        VANISHED = "vanished", "no longer listed"

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, db_index=False, related_name="price_changes"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    # None where it is new, or no longer listed.
    old = MoneyField(null=True)
    old_currency = models.CharField(max_length=8, blank=True)
    new = MoneyField(null=True)
    new_currency = models.CharField(max_length=8, blank=True)
    seen_at = models.DateTimeField()
    search = models.TextField()

    objects: ClassVar[models.Manager["PriceChange"]] = models.Manager()

    class Meta:
        db_table = "pricing_change"
        indexes = [models.Index(fields=["workspace", "-id"], name="price_change_newest")]

    @property
    def percent(self) -> str:
        """By how much it went up or down, e.g. `+4.2 %`; empty where that makes no sense."""
        if not self.old or self.new is None or self.old_currency != self.new_currency:
            return ""
        by = (self.new - self.old) / self.old * 100
        rounded = by.quantize(_PLACES, ROUND_HALF_EVEN)
        return f"{rounded:+,f}\N{NO-BREAK SPACE}%".replace("-", "\N{MINUS SIGN}")
