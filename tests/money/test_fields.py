from decimal import Decimal

import pytest
from django.db.models import Sum

from accounts.models import TotalReading
from money.units import NotExactError

pytestmark = pytest.mark.django_db


def test_database_keeps_eight_decimals_and_adds_exactly(workspace):
    from django.utils import timezone

    now = timezone.now()
    for second, text in enumerate(["0.10000001", "0.20000002"]):
        TotalReading.objects.create(
            workspace=workspace, at=now.replace(microsecond=second), balance=Decimal(text)
        )
    total = TotalReading.objects.aggregate(total=Sum("balance"))["total"]
    assert total == Decimal("0.30000003")


def test_inexact_amount_is_not_stored(workspace):
    from django.utils import timezone

    with pytest.raises(NotExactError):
        TotalReading.objects.create(
            workspace=workspace, at=timezone.now(), balance=Decimal("0.000000001")
        )
