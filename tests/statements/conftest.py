"""A month with its facts: readings, transfers and sums of usage, to the last decimal."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.utils import timezone

from accounts.models import Account, Reading
from accounts.naming import listing_key
from operations.models import Lane
from statements.services.making import make_month
from subaccounts.models import RemoteTransfer
from usage.models import HeldDays, Report, UsageSum

MONTH = date(2026, 10, 1)
D = Decimal
_ids = count()


@pytest.fixture
def berlin(workspace):
    workspace.time_zone = "Europe/Berlin"
    workspace.save()
    return workspace


@pytest.fixture
def make_account(berlin):
    def make(key, name, **more):
        return Account.objects.create(
            workspace=berlin,
            api_key=key,
            name=name,
            listing_key=listing_key(name, key),
            **{
                "shares_balance": False,
                "created_at": datetime(2025, 1, 1, tzinfo=UTC),
                "first_seen_at": datetime(2025, 1, 1, tzinfo=UTC),
                **more,
            },
        )

    return make


@pytest.fixture
def primary(make_account):
    return make_account("prim0001", "Harbour", is_primary=True)


@pytest.fixture
def hotel(make_account, primary):
    return make_account("hotel001", "Harbour Hotel")


@pytest.fixture
def inn(make_account, primary):
    return make_account("inn00001", "Harbour Inn")


@pytest.fixture
def report(berlin, owner, primary):
    return Report.objects.create(
        workspace=berlin,
        asked_by=owner,
        form_token="a form",
        product="SMS",
        direction="outbound",
        account=primary,
        with_subaccounts=True,
        starts_at=datetime(2026, 9, 1, tzinfo=UTC),
        ends_at=datetime(2026, 11, 10, tzinfo=UTC),
        state="ready",
        file_size=1,
    )


@pytest.fixture
def used(report):
    """Let an account have used something, known by a report."""

    def add(account, number, cost, *, product="SMS", direction="outbound", **more):
        return UsageSum.objects.create(
            **{
                "workspace": account.workspace,
                "report": report,
                "account": account,
                "product": product,
                "direction": direction,
                "country": "DE",
                "day": date(2026, 10, 5),
                "month": MONTH,
                "currency": "EUR",
                "count": number,
                "cost": D(cost),
                "is_valid": True,
                **more,
            }
        )

    return add


@pytest.fixture
def held(berlin):
    """Let days be known of all accounts."""

    def add(first=date(2026, 9, 1), last=date(2026, 11, 5), *, product="SMS", **more):
        return HeldDays.objects.create(
            **{
                "workspace": berlin,
                "product": product,
                "direction": "outbound" if product == "SMS" else "",
                "first_day": first,
                "last_day": last,
                "known_at": timezone.now(),
                "zone": "Europe/Berlin",
                **more,
            }
        )

    return add


@pytest.fixture
def reading():
    def add(account, at, balance):
        return Reading.objects.create(account=account, at=at, balance=D(balance), credit_limit=0)

    return add


@pytest.fixture
def moved(primary):
    def add(account, amount, at, *, kind="balance", takes=False):
        sides = [primary.api_key, account.api_key]
        sides = sides[::-1] if takes else sides
        return RemoteTransfer.objects.create(
            workspace=account.workspace,
            kind=kind,
            remote_id=f"t{next(_ids)}",
            from_key=sides[0],
            to_key=sides[1],
            account=account,
            amount=D(amount),
            created_at=at,
        )

    return add


@pytest.fixture
def october(hotel, inn, used, held, reading, moved, berlin):
    """A month whose closing is the mirror's, of the hotel; the inn's differs."""
    # By Berlin's clock: 1 October 00:00 is 22:00 of 30 September in UTC, with summer time.
    begin, end = datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)
    second = timedelta(seconds=1)
    Lane.objects.update_or_create(workspace=berlin, defaults={"audited_at": end + second})
    held()
    for account in (hotel, inn):
        reading(account, begin - timedelta(days=3), "10.00000001")
        moved(account, "99", begin - second)
        moved(account, "5", begin)
        moved(account, "2.5", end - second)
        moved(account, "1", end - second, takes=True)
        moved(account, "77", end)
        moved(account, "3", begin, kind="credit")
        used(account, 100, "1.23456789")
        used(account, 7, "0.00000001", country="FR")
        used(account, 5, "9", month=date(2026, 9, 1))
    closing = D("10.00000001") + 5 + D("2.5") - 1 - D("1.23456790")
    reading(hotel, end - second, closing)
    reading(inn, end - second, closing - D("0.75"))
    reading(hotel, end + second, "500")
    return MONTH


@pytest.fixture
def made(october, berlin):
    make_month(berlin, october)
    return october
