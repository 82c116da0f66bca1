"""The whole product in a real browser: from the set-up link to a signed-out page.

SCREENSHOTS=docs/images makes the pictures of the documentation on the way (`make pictures`).
"""

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browsing import PATIENCE, Picture, find_nothing_serious, fit_in, settle

# The first test of all waits until the product has started.
pytestmark = [pytest.mark.browser, pytest.mark.start, pytest.mark.timeout(600)]

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LONG = 400  # seconds, until two months of usage are read
KEPT = {
    "setup",
    "connect",
    "overview",
    "overview-dark",
    "accounts-light",
    "accounts-dark-narrow",
    "account-light",
    "account-dark",
    "overview-light-narrow",
    "team-light",
    "member-light",
    "matrix-light",
    "activity-light",
    "draft-light",
    "operation-light",
    "transfers-light",
    "secrets-light",
    "numbers-light",
    "usage-light",
    "statement-light",
}
PASSWORD = "slowly turning lighthouse"


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> Picture:
    """Take a picture of the page as it is."""
    drafts = tmp_path_factory.mktemp("pictures")
    kept = Path(os.environ.get("SCREENSHOTS") or drafts)
    kept.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        path = (kept if name in KEPT else drafts) / f"{name}.png"
        settle(page)
        page.screenshot(path=path)
        assert path.stat().st_size > 5_000

    return take


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A page on which nothing may be reported: no script error, no breach of the policy."""
    context = browser.new_context(viewport=WIDE)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    said: list[str] = []
    tab.on("console", lambda message: said.append(_text(message)))
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield tab
    context.close()
    assert list(filter(None, said)) == []


def _text(message: ConsoleMessage) -> str:
    """Return what is wrong; a refused form and a used-up link are answers that we ask for."""
    asked_for = "422" in message.text or "/setup/" in message.location["url"]
    failed = message.text.startswith("Failed to load resource")
    return (
        message.text if message.type in {"error", "warning"} and not (failed and asked_for) else ""
    )


def address(product, path: str) -> str:
    return f"http://127.0.0.1:{product.env['PORT']}{path}"


def sign_in(tab: Page, product, name: str, password: str) -> None:
    tab.goto(address(product, "/sign-in/"))
    tab.get_by_label("User name or e-mail").fill(name)
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_role("button", name="Sign in", exact=True).click()


def password_of_the_demo(product, name: str = "owner") -> str:
    return re.search(rf"user name {name}\s+password (\S+)", product.output)[1]


def set_up(tab: Page, product) -> None:
    tab.goto(re.search(r"http://\S+/setup/\S+", product.output)[0])
    tab.get_by_label("Name of the workspace").fill("Tessarine Communications")
    tab.get_by_label("User name").fill("ada")
    tab.get_by_label("E-mail").fill("ada@example.com")
    tab.get_by_label("Password").fill(PASSWORD)


def test_from_the_link_to_moving_balances(product, tab, picture):
    product.up(SYNC_INTERVAL_SECONDS="5")
    product.until(lambda: "Ctrl-C stops it" in product.output)

    set_up(tab, product)
    picture(tab, "setup")
    find_nothing_serious(tab, "setup")
    tab.locator("main button[type=submit]").click()

    expect(tab).to_have_url(re.compile("/connect/$"))
    tab.get_by_label("API key", exact=True).fill(product.env["SIMULATOR_API_KEY"])
    tab.get_by_label("API secret", exact=True).fill("Wrong0Secret")
    tab.locator("main button[type=submit]").click()
    expect(tab.get_by_text("Vonage does not know this key and secret")).to_be_visible()
    picture(tab, "connect")
    find_nothing_serious(tab, "connect with a fault")
    tab.get_by_label("API secret", exact=True).fill(product.env["SIMULATOR_API_SECRET"])
    tab.locator("main button[type=submit]").click()

    expect(tab.get_by_text("Connected. The balance is")).to_be_visible()
    expect(tab.get_by_role("heading", name="Overview")).to_be_visible()
    expect(tab.locator("#freshness").get_by_text("Read from Vonage")).to_be_visible(
        timeout=PATIENCE
    )
    total = tab.locator("#total-balance")
    first = total.inner_text()
    expect(total).not_to_have_text(first, timeout=60_000)

    find_an_account_and_read_its_chart(tab, product)
    sign_out(tab)
    sign_in(tab, product, "ADA@example.com", PASSWORD)
    expect(tab.get_by_role("heading", name="Overview")).to_be_visible()
    refresh(tab)
    picture(tab, "overview")
    sign_out(tab)
    tab.goto(re.search(r"http://\S+/setup/\S+", product.output)[0])
    expect(tab.get_by_label("Name of the workspace")).to_have_count(0)
    find_nothing_serious(tab, "used set-up link")


def find_an_account_and_read_its_chart(tab: Page, product) -> None:
    tab.get_by_role("navigation").get_by_role("link", name="Accounts").click()
    expect(tab.locator("[data-count]", has_text="25 accounts")).to_be_visible()
    tab.get_by_role("searchbox").press_sequentially("quellmoor", delay=20)
    expect(tab.locator("[data-count]", has_text=re.compile("^1 account$"))).to_be_visible()
    expect(tab).to_have_url(re.compile("q=quellmoor"))
    tab.get_by_role("link", name=re.compile("Quellmoor")).click()
    expect(tab.get_by_role("heading", name="Hotel Quellmoor", level=1)).to_be_visible()
    tab.get_by_text("Figures as a table").click()
    expect(tab.locator("#chart-table tbody tr").first).to_be_visible()


def refresh(tab: Page) -> None:
    tab.get_by_role("button", name="Refresh now").click()
    expect(tab.locator("[role=status]").first).not_to_be_empty()
    expect(tab.locator("#freshness").get_by_text("Read from Vonage")).to_be_visible(
        timeout=PATIENCE
    )


def sign_out(tab: Page) -> None:
    tab.locator("summary", has_text=re.compile("ada|owner")).click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def pages() -> list[tuple[str, str]]:
    home = "/w/tessarine-communications"
    return [
        ("overview", f"{home}/"),
        ("accounts", f"{home}/accounts/"),
        ("accounts-empty", f"{home}/accounts/?q=nothing+like+this"),
        ("account", f"{home}/accounts/OWN/"),
        ("account-shared", f"{home}/accounts/SHARED/"),
        ("connection", f"{home}/connect/"),
        ("team", f"{home}/team/"),
        ("member", f"{home}/team/MEMBER/"),
        ("matrix", f"{home}/team/matrix/"),
        ("activity", f"{home}/activity/"),
        ("transfers", f"{home}/transfers/"),
        ("transfer-form", f"{home}/transfers/new/?account=OWN"),
        ("approvals", f"{home}/approvals/"),
        ("needs-you", f"{home}/needs-you/"),
        ("approval-rules", f"{home}/rules/"),
        ("guardrails", f"{home}/rules/guardrails/"),
        ("subaccount-form", f"{home}/subaccounts/new/"),
        ("rename", f"{home}/accounts/OWN/rename/"),
        ("suspend", f"{home}/accounts/OWN/suspend/"),
        ("own-balance", f"{home}/accounts/SHARED/own-balance/"),
        ("numbers", f"{home}/numbers/"),
        ("number-move", f"{home}/numbers/transfer/"),
        ("secrets", f"{home}/secrets/"),
        ("secrets-age", f"{home}/secrets/policy/"),
        ("campaigns", f"{home}/secrets/campaigns/"),
        ("campaign-form", f"{home}/secrets/campaigns/new/"),
        ("account-secrets", f"{home}/accounts/OWN/secrets/"),
        ("rotation-form", f"{home}/accounts/OWN/secrets/rotate/"),
        ("hold-form", f"{home}/accounts/OWN/secrets/hold/"),
        ("secret-form", f"{home}/accounts/OWN/secrets/new/"),
        ("account-settings", f"{home}/accounts/OWN/settings/"),
        ("settings-templates", f"{home}/settings-templates/"),
        ("settings-template-form", f"{home}/settings-templates/new/"),
        ("prices", f"{home}/prices/"),
        ("top-up", f"{home}/top-up/"),
        ("usage", f"{home}/usage/"),
        ("usage-budget", f"{home}/usage/budget/"),
        ("usage-daily", f"{home}/usage/daily/"),
        ("reports", f"{home}/usage/reports/"),
        ("statements", f"{home}/statements/"),
        ("statement-mails", f"{home}/statements/mails/"),
        ("resale-prices", f"{home}/statements/prices/"),
        ("statement-schedule", f"{home}/statements/schedule/"),
        ("logs", f"{home}/logs/"),
        ("report-form", f"{home}/usage/reports/new/"),
        ("changed-outside", f"{home}/changed-outside/"),
        ("moved-outside", f"{home}/changed-outside/transfers/"),
        ("profile", "/me/"),
        ("password", "/password/change/"),
        ("security", "/me/security/"),
        ("sessions", "/me/sessions/"),
        ("authenticator-app", "/me/security/app/add/"),
        ("not-found", "/nowhere/"),
    ]


def test_money_is_moved_by_the_demo(demo, browser, picture):
    context = browser.new_context(color_scheme="light", viewport=WIDE)
    tab = context.new_page()
    sign_in(tab, demo, "owner", password_of_the_demo(demo))
    tab.wait_for_url(re.compile("/w/"))
    own, _ = an_own_and_a_shared_account(tab, demo)
    tab.goto(address(demo, f"/w/tessarine-communications/accounts/{own}/"))
    tab.get_by_role("link", name="Add balance").click()
    tab.get_by_label("Amount in EUR").fill("12.50")
    tab.get_by_label("Note").fill("November")
    tab.get_by_role("button", name="See what it does").click()
    expect(tab.get_by_role("button", name="Do it")).to_be_visible()
    picture(tab, "draft-light")
    tab.get_by_role("button", name="Do it").click()
    expect(tab.get_by_text("Vonage has done it.")).to_be_visible(timeout=PATIENCE)
    picture(tab, "operation-light")
    tab.get_by_role("link", name="Transfers").first.click()
    expect(tab.get_by_role("row", name=re.compile("12.50.*Done"))).to_be_visible()
    picture(tab, "transfers-light")
    context.close()


def test_last_months_statements_are_there_and_each_figure_has_its_records(demo, browser, picture):
    demo.until(lambda: "Last month's statements" in demo.output, patience=LONG)
    home = "/w/tessarine-communications"
    tab = signed_in(browser, demo, "finance")
    tab.goto(address(demo, f"{home}/usage/"))
    picture(tab, "usage-light")
    tab.goto(address(demo, f"{home}/statements/"))
    rows = downloaded(tab, "Download all as CSV")
    assert len({row["API key"] for row in rows}) == 25
    said = {row["what"] for row in rows}
    assert {"Balance at the beginning", "Balance moved to it", "SMS, outbound"} <= said
    differences = [row["amount"] for row in rows if row["what"] == "Difference"]
    # Some pay for a number, which Vonage does not tell.
    assert {Decimal(each) for each in differences} == {Decimal(0), Decimal("-0.9")}
    with tab.expect_download() as pdfs:
        tab.get_by_role("button", name="Download all as PDF").click()
    with zipfile.ZipFile(pdfs.value.path()) as archive:
        assert len(archive.namelist()) == 25
        assert all(archive.read(name).startswith(b"%PDF") for name in archive.namelist())
    tab.locator("table th a").first.click()
    expect(tab.get_by_role("heading", name=re.compile("Statement"))).to_be_visible()
    picture(tab, "statement-light")
    key = tab.locator("h1 + p code, .who code").first.inner_text()
    tab.get_by_role("link", name="SMS, outbound").click()
    records = downloaded(tab, "All records as CSV")
    [line] = [row for row in rows if (row["API key"], row["what"]) == (key, "SMS, outbound")]
    assert len(records) == int(line["count"])
    assert sum(Decimal(each["total_price"]) for each in records) == Decimal(line["amount"])
    other = next(row["API key"] for row in rows if row["API key"] != key)
    tab = signed_in(browser, demo, "customer")
    tab.goto(address(demo, f"{home}/statements/"))
    own = downloaded(tab, "Download all as CSV")
    assert {row["API key"] for row in own} == {key}
    assert not any(row["amount"] for row in own if row["what"].startswith(("SMS", "Voice")))
    assert any(Decimal(row["resale amount"] or 0) for row in own)
    answer = tab.goto(address(demo, f"{home}/statements/{other}/{line['month']}/"))
    assert answer.status == 404


def signed_in(browser: Browser, demo, name: str) -> Page:
    tab = browser.new_page(viewport=WIDE, color_scheme="light")
    sign_in(tab, demo, name, password_of_the_demo(demo, name))
    tab.wait_for_url(re.compile("/w/"))
    return tab


def downloaded(tab: Page, button: str) -> list[dict[str, str]]:
    with tab.expect_download() as download:
        tab.get_by_role("button", name=button).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_phone(demo, browser, scheme, picture):
    context = browser.new_context(color_scheme=scheme, viewport=WIDE)
    tab = context.new_page()
    tab.goto(address(demo, "/sign-in/"))
    check(tab, "sign-in", scheme, picture)
    sign_in(tab, demo, "owner", password_of_the_demo(demo))
    tab.wait_for_url(re.compile("/w/"))
    own, shared = an_own_and_a_shared_account(tab, demo)
    places = {"OWN": own, "SHARED": shared, "MEMBER": the_operator(tab, demo)}
    wait_for_what_workers_read(tab, demo)
    for name, path in pages():
        tab.goto(address(demo, re.sub("[A-Z]+", lambda found: places[found[0]], path)))
        check(tab, name, scheme, picture)
    context.close()


def an_own_and_a_shared_account(tab: Page, demo) -> tuple[str, str]:
    keys = []
    for mode in ("own", "shared"):
        tab.goto(address(demo, f"/w/tessarine-communications/accounts/?balance={mode}"))
        link = tab.locator("table tbody tr a").first.get_attribute("href")
        keys.append(link.rstrip("/").rpartition("/")[2])
    return keys[0], keys[1]


def wait_for_what_workers_read(tab: Page, demo) -> None:
    """Wait until the lists of secrets and of numbers were read for the first time."""
    for path in ("secrets", "numbers"):
        tab.goto(address(demo, f"/w/tessarine-communications/{path}/"))
        for _ in range(60):
            if tab.locator("main table").count():
                break
            tab.wait_for_timeout(1000)
            tab.reload()
        expect(tab.locator("main table")).to_be_visible()


def the_operator(tab: Page, demo) -> str:
    tab.goto(address(demo, "/w/tessarine-communications/team/"))
    link = tab.get_by_role("link", name="operator", exact=True).get_attribute("href")
    return link.rstrip("/").rpartition("/")[2]


def check(tab: Page, name: str, scheme: str, picture: Picture) -> None:
    find_nothing_serious(tab, f"{name} {scheme}")
    picture(tab, f"{name}-{scheme}")
    tab.set_viewport_size(NARROW)
    fit_in(tab, f"{name} {scheme}")
    picture(tab, f"{name}-{scheme}-narrow")
    tab.set_viewport_size(WIDE)


def test_pages_work_without_script(demo, browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    sign_in(tab, demo, "owner", password_of_the_demo(demo))
    tab.get_by_role("navigation").get_by_role("link", name="Accounts").click()
    tab.get_by_role("searchbox").fill("quellmoor")
    tab.get_by_role("searchbox").press("Enter")
    expect(tab.locator("[data-count]", has_text=re.compile("^1 account$"))).to_be_visible()
    tab.get_by_role("link", name=re.compile("Quellmoor")).click()
    expect(tab.get_by_text("Spendable").first).to_be_visible()
    tab.get_by_role("button", name="Refresh now").click()
    expect(tab.get_by_role("heading", name="Overview")).to_be_visible()
    context.close()


def test_list_is_reached_and_sorted_by_keyboard(demo, tab):
    sign_in(tab, demo, "owner", password_of_the_demo(demo))
    tab.wait_for_url(re.compile("/w/"))
    tab.goto(address(demo, "/w/tessarine-communications/accounts/"))
    expect(tab.locator("[data-count]", has_text="25 accounts")).to_be_visible(timeout=PATIENCE)
    tab.keyboard.press("Tab")
    expect(tab.locator(":focus")).to_have_text(re.compile("Skip"))
    for _ in range(40):
        tab.keyboard.press("Tab")
        if "sort=spendable" in tab.evaluate("document.activeElement.href || ''"):
            break
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("sort=spendable"))
    expect(tab.locator("th[aria-sort=ascending]")).to_contain_text("Spendable")
