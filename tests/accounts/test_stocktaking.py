from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.history import chart_of_member
from accounts.models import Balance, MemberReading
from accounts.services.stocktaking import KEPT, take_stock
from money.units import to_units
from tests.cast import cast as make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def readings(member):
    return list(MemberReading.objects.filter(member=member).values_list("balance", flat=True))


def test_sum_is_that_of_the_accounts_that_the_member_sees(cast):
    take_stock(timezone.now())
    own = Balance.objects.filter(account__in=[cast.accounts[x].pk for x in ("alpha", "charlie")])
    assert readings(cast.members["operator"]) == [sum(each.balance for each in own)]


@pytest.mark.parametrize("name", ["administrator", "guest", "former", "future", "suspended"])
def test_whoever_sees_all_or_nothing_has_no_sum(cast, name):
    take_stock(timezone.now())
    assert readings(cast.members[name]) == []


def test_sums_of_one_time_are_kept_once(cast):
    now = timezone.now()
    assert take_stock(now) == take_stock(now) > 0
    assert len(readings(cast.members["operator"])) == 1


def test_sums_older_than_the_chart_are_forgotten(cast):
    now = timezone.now()
    take_stock(now - KEPT - timedelta(hours=1))
    take_stock(now)
    assert len(readings(cast.members["operator"])) == 1


def test_chart_is_drawn_from_the_sums(cast):
    now, member = timezone.now(), cast.members["operator"]
    assert chart_of_member(member.pk, joined=now - timedelta(days=90), now=now) is None
    for hours, balance in ((5, "10"), (2, "7.5")):
        at = now - timedelta(hours=hours)
        MemberReading.objects.create(member=member, at=at, balance=Decimal(balance))
    chart = chart_of_member(member.pk, joined=now - timedelta(days=90), now=now)
    assert [units for _, units, _ in chart.points[-2:]] == [
        to_units(Decimal(10)),
        to_units(Decimal("7.5")),
    ]


def test_overview_of_a_member_shows_it(cast, client):
    take_stock(timezone.now())
    client.force_login(cast.members["operator"].user)
    page = client.get(f"/w/{cast.workspace.slug}/").content.decode()
    assert "Balance of the accounts that you see" in page
