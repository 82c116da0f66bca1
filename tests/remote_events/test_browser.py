"""What changed outside, in a real browser, on a desk and on a telephone: seen and put back."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts.models import Observation
from subaccounts.services import books
from tests.browsing import find_nothing_serious, fit_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_change_made_elsewhere_is_put_back(
    tab_of,
    picture,
    vonage,
    harbour,
    primary,
    read,
    happen,
    round_of,
    workspace,
    width,
):
    def fits():
        find_nothing_serious(tab)
        fit_in(tab)

    Observation.objects.all().delete()
    vonage.state.rename(harbour, "Elsewhere Inn")
    vonage.state.transfer_balance(
        source=harbour, target=primary.api_key, amount=Decimal("1.50"), reference=""
    )
    happen("USER_STATUS", harbour, minutes=1, accountId=harbour)
    assert read()
    round_of()
    assert books.audit(workspace.pk)
    tab = tab_of("owner", width)
    tab.goto("/w/harbour/activity/?group=by_vonage")
    expect(tab.get_by_text("At Vonage: User status updated")).to_be_visible()
    expect(tab.get_by_text("own audit was read up to")).to_be_visible()
    fits()
    picture(tab, f"activity-at-vonage-{width}")
    tab.get_by_role("link", name="Moved outside").click()
    expect(tab.get_by_text("1.50").first).to_be_visible()
    fits()
    picture(tab, f"moved-outside-{width}")
    tab.get_by_role("link", name="Move it back").click()
    expect(tab.get_by_label("Amount in EUR")).to_have_value("1.5")
    tab.goto("/w/harbour/activity/")
    tab.get_by_role("link", name="Changed outside").click()
    expect(tab.get_by_text("User status updated").first).to_be_visible()
    fits()
    picture(tab, f"changed-outside-{width}")
    tab.get_by_role("link", name="Name it as before").click()
    expect(tab.get_by_label("New name")).to_have_value("Harbour Hotel")
    tab.get_by_role("button", name="See what it does").click()
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible()
    assert vonage.state.account(harbour).name == "Harbour Hotel"
    tab.goto("/w/harbour/changed-outside/")
    expect(tab.get_by_text("no longer so")).to_be_visible()
