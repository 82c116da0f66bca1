from typing import ClassVar

from django.db import models

from money.fields import MoneyField
from teams.models import Member


class MemberReading(models.Model):
    """What the accounts that a member sees had together, from one time on, until the next.

    Of members who see some accounts only; for whoever sees all, totals stand in `TotalReading`.
    """

    pk = models.CompositePrimaryKey("member_id", "at")
    member = models.ForeignKey(Member, models.CASCADE, db_index=False)
    at = models.DateTimeField()
    balance = MoneyField()
    credit_limit = MoneyField(null=True)

    objects: ClassVar[models.Manager["MemberReading"]] = models.Manager()

    class Meta:
        db_table = "accounts_member_reading"

    def __str__(self) -> str:
        return f"{self.balance} at {self.at:%Y-%m-%d %H:%M:%S}"
