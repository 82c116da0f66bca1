# ruff: noqa: F811 - fixtures are given by their names
"""From records of the simulated Vonage to a statement, against a sum of its own."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Account, AccountTag, Tag
from statements.models import Line, PriceList
from statements.months import Month, before
from statements.services.making import make_month
from tests.browsing import find_nothing_serious, fit_in
from tests.subaccounts.test_browser import person  # noqa: F401 - the fixture
from tests.usage.conftest import (  # noqa: F401 - fixtures
    aged,
    all_of,
    day,
    follow,
    harbour,
    order,
    primary,
    quick,
    rings,
    sub,
    times,
    wanted,
)
from usage.models import UsageSum
from usage.services import files
from usage.tables import joined

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def month(request, workspace):
    """The month that ended last, by the clock of a zone."""
    workspace.time_zone = request.param
    workspace.save()
    here = timezone.now().astimezone(ZoneInfo(request.param)).date()
    return Month(before(here), request.param)


@pytest.fixture
def whole(order, follow, primary, month):
    Account.objects.update(created_at=day(900))  # as old as Vonage has it by now
    first = datetime.combine(month.days[0], datetime.min.time(), UTC)
    wide = {"starts_at": first, "ends_at": day(0)}
    return follow(order("a form", account=primary, with_subaccounts=True, **wide))


@pytest.mark.parametrize("month", ["Europe/Berlin", "America/New_York"], indirect=True)
def test_usage_is_that_of_vonages_records_in_the_month_of_the_zone(
    whole,
    month,
    workspace,
    primary,
    sub,
):
    assert not whole.sums_fault
    make_month(workspace, month.first)
    head, *rows = joined(files.path_of(whole), all_of(whole))
    records = [dict(zip(head, row, strict=True)) for row in rows]
    counts, costs = Counter(), Counter()
    near_the_edge = 0
    for each in records:
        at = datetime.fromisoformat(each["date_received"])
        here = at.astimezone(ZoneInfo(month.zone))
        near_the_edge += (here.month, here.year) != (at.month, at.year)
        if date(here.year, here.month, 1) == month.first:
            counts[each["account_id"]] += 1
            costs[each["account_id"]] += Decimal(each["total_price"])
    for account in (primary, sub):
        line = Line.objects.get(statement__account=account, kind="usage")
        assert line.count == counts[account.api_key] > 0
        assert line.amount == costs[account.api_key]
    assert UsageSum.objects.filter(month__gt=month.first).exists()
    assert near_the_edge


@pytest.mark.browser
@pytest.mark.parametrize("month", ["Europe/Berlin"], indirect=True)
@pytest.mark.parametrize("width", [1280, 390])
def test_customer_opens_last_months_statement(
    tab_of,
    person,
    whole,
    month,
    workspace,
    primary,
    sub,
    width,
    picture,
):
    tag = Tag.objects.create(workspace=workspace, name="customers")
    AccountTag.objects.create(tag=tag, account=sub)
    PriceList.objects.create(workspace=workspace, tag=tag, factor=Decimal("1.3"))
    make_month(workspace, month.first)
    workspace.second_factor_required = False
    workspace.save()
    person("cora", "customer_admin", "selected", accounts=[sub])
    tab = tab_of("cora", width)
    tab.goto("/w/harbour/")
    if width < 1000:
        tab.get_by_role("button", name="Menu").click()
    tab.get_by_role("link", name="Statements", exact=True).click()
    expect(tab.get_by_role("link", name="Harbour Hotel")).to_be_visible()
    find_nothing_serious(tab)
    assert primary.api_key not in tab.content()
    tab.get_by_role("link", name="Harbour Hotel").click()
    expect(tab.get_by_role("heading", name=f"Statement, {month.first:%B %Y}")).to_be_visible()
    expect(tab.get_by_text("Usage together")).to_be_visible()
    assert "at the end" not in tab.content()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"statement-{width}")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="As PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    tab.get_by_role("link", name="SMS, outbound").click()
    expect(tab.get_by_role("heading", name="The first of them")).to_be_visible()
    find_nothing_serious(tab)
    fit_in(tab)
    picture(tab, f"statement-records-{width}")
