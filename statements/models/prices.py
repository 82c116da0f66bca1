from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Tag
from money.fields import MoneyField
from teams.models import User, Workspace
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
