"""Top-ups by their pages, and who may see them."""

import pytest
from django.utils import timezone

from audit.models import Entry
from operations.models import Operation
from operations.services import sending
from operations.services.settling import settle_due
from simulator.faults import Rule
from teams.models import Member, Role, User
from tests.cast import grant
from tests.topups.conftest import AMOUNT, TRX, text, token_in
from topups import alarming
from topups.models import Alarm, Payment

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/w/harbour/top-up/"


@pytest.fixture
def member(client, workspace):
    """Sign somebody in who has this role somewhere."""

    def join(preset, scope, **more):
        user = User.objects.create_user(username="someone", email="s@a.example", password="")
        made = Member.objects.create(workspace=workspace, user=user)
        grant(made, preset, scope, **more)
        client.force_login(user)
        return client

    return join


def drafted(browser, **typed):
    """Fill the form in; return the answer."""
    token = token_in(text(browser.get(f"{URL}new/")))
    return browser.post(f"{URL}new/", {"token": token, **typed})


def top_up(browser, primary, **typed):
    """Ask for a top-up as a person does, have it sent, and return the address of its page."""
    asked = browser.post(drafted(browser, **typed)["Location"], {"word": primary.api_key})
    assert asked.status_code == 303, text(asked)
    sending.send_ready()
    return asked["Location"]


def test_page_says_what_can_be_done_and_what_is_not_known(browser, primary):
    page = text(browser.get(URL))
    for words in (
        "It cannot",
        "list payments",
        "PayPal",
        "Never read from Vonage",
        "not noted",
        "27.4572",
    ):
        assert words in page
    assert f"{URL}new/" not in page


def test_auto_reload_is_read_when_somebody_asks(browser, primary, reloading):
    assert browser.post(f"{URL}read/")["Location"] == URL
    page = text(browser.get(URL))
    assert "<strong>On</strong>" in page
    assert "Read from Vonage." in page


def test_reading_that_fails_says_why(browser, primary, vonage):
    vonage.faults.add(Rule("503-before", "GET", "/account/get-balance", times=9))
    browser.post(f"{URL}read/")
    page = text(browser.get(URL))
    assert "Auto-reload could not be read" in page
    assert "The last reading failed" in page
    assert "Never read from Vonage" in page


def test_page_before_the_first_reading(browser, workspace):
    assert "No primary account yet" in text(browser.get(URL))
    for path in ("new/", "payment/"):
        assert browser.get(f"{URL}{path}").status_code in {200, 303}


def test_what_is_known_is_noted_and_the_reference_not_shown_again(browser, primary):
    typed = {"trx": TRX, "amount": "25", "threshold": "20.50"}
    assert browser.post(f"{URL}payment/", typed)["Location"] == URL
    payment = Payment.objects.get()
    assert (payment.amount, payment.version) == (25, 1)
    pages = text(browser.get(URL)) + text(browser.get(f"{URL}payment/"))
    assert TRX not in pages
    assert TRX[-4:] in pages
    assert "25.00" in pages
    assert "20.50" in pages
    browser.post(f"{URL}payment/", {"trx": "", "amount": "25", "threshold": ""})
    payment.refresh_from_db()
    assert (payment.trx is not None, payment.version, payment.threshold) == (True, 1, None)
    entries = Entry.objects.filter(event="workspace:auto_reload:note").order_by("pk")
    assert [each.new["reference"] for each in entries] == ["noted", "noted"]
    assert TRX not in str([vars(each) for each in entries])


@pytest.mark.parametrize(
    "typed",
    [
        {"trx": f"{TRX} and more"},
        {"trx": TRX, "amount": "-1"},
        {"trx": TRX, "threshold": "1.234"},
        {"trx": TRX, "amount": "much"},
    ],
)
def test_what_makes_no_sense_is_refused_and_the_reference_not_sent_back(browser, primary, typed):
    answer = browser.post(f"{URL}payment/", typed)
    assert answer.status_code == 422
    assert TRX not in text(answer)
    assert not Payment.objects.exists()


def test_top_up_is_asked_for_looked_at_and_paid(browser, primary, noted, reloading, paid):
    noted()
    draft = drafted(browser)["Location"]
    page = text(browser.get(draft))
    assert "is topped up by €\N{NO-BREAK SPACE}25.00" in page
    assert "This costs money" in page
    assert f'href="{URL}">Change' in page
    assert browser.post(draft, {"word": "something"}).status_code == 422
    assert not Operation.objects.exists()
    browser.post(draft, {"word": primary.api_key})
    browser.post(draft, {"word": primary.api_key})
    sending.send_ready()
    assert paid() == AMOUNT
    operation = Operation.objects.get()
    page = text(browser.get(f"/w/harbour/operations/{operation.reference}/"))
    assert "Vonage has done it." in page
    assert TRX not in page
    assert operation.reference in text(browser.get(URL))


def test_second_one_takes_a_tick(browser, primary, noted, reloading, paid):
    noted()
    top_up(browser, primary)
    refused = drafted(browser)
    assert refused.status_code == 422
    assert "There was a top-up a moment ago." in text(refused)
    top_up(browser, primary, again="on")
    assert paid() == 2 * AMOUNT


def test_refusal_is_shown_in_the_words_of_vonage(browser, primary, noted):
    noted()
    assert "not auto-reload enabled" in text(browser.get(top_up(browser, primary)))


def test_lost_answer_is_settled_by_a_person(
    browser, primary, noted, reloading, vonage, later, read, paid
):
    noted()
    vonage.faults.add(Rule("drop-after", "POST", "/account/top-up"))
    url = top_up(browser, primary)
    page = text(browser.get(url))
    assert "Do not repeat this" in page
    assert "it counts as not executed" not in page
    assert "that is not settled" in text(browser.get(URL))
    read()
    later(6)
    settle_due(timezone.now())
    page = text(browser.get(url))
    assert "rose by exactly" in page
    assert "It happened" in page
    waiting = text(browser.get("/w/harbour/needs-you/"))
    assert "Only a person can tell" in waiting
    assert f'href="{url}"' in waiting
    browser.post(f"{url}judge/", {"happened": "no", "reason": "PayPal has no such payment."})
    page = text(browser.get(url))
    assert "a person has looked and said so" in page
    assert "ask again" not in page
    assert browser.post(f"{url}again/").status_code == 303
    assert Operation.objects.count() == 1
    assert paid() == AMOUNT


def test_form_leads_back_without_a_reference(browser, primary):
    assert browser.get(f"{URL}new/")["Location"] == URL


def test_overview_warns_those_who_may_top_up(browser, primary, workspace, member):
    overview = "/w/harbour/"
    assert "The balance stays low" not in text(browser.get(overview))
    alarming.begin(workspace, Alarm.Kind.LOW, timezone.now())
    page = text(browser.get(overview))
    assert "The balance stays low" in page
    assert f'href="{URL}"' in page
    assert "more than 30 minutes" in text(browser.get(URL))
    alarming.end(workspace.pk, Alarm.Kind.LOW, timezone.now())
    assert "The balance stays low" not in text(browser.get(overview))
    alarming.begin(workspace, Alarm.Kind.LOW, timezone.now())
    assert "The balance stays low" not in text(member("analyst", "all").get(overview))


def test_auto_reload_is_meant_to_be_off(browser, primary, workspace):
    alarming.begin(workspace, Alarm.Kind.OFF, timezone.now())
    assert "It is meant to be off" in text(browser.get(URL))
    browser.post(f"{URL}meant-off/")
    assert "It is meant to be off" not in text(browser.get(URL))


@pytest.mark.parametrize("path", ["", "new/", "payment/"])
def test_right_on_subaccounts_alone_opens_nothing(path, member, primary, noted):
    noted()
    assert member("administrator", "subaccounts").get(f"{URL}{path}").status_code == 403


@pytest.mark.parametrize("path", ["read/", "meant-off/"])
def test_nor_does_it_change_anything(path, member, primary):
    assert member("administrator", "subaccounts").post(f"{URL}{path}").status_code == 403


def test_others_see_neither_page_nor_top_up(member, browser, primary, noted, reloading):
    noted()
    url = top_up(browser, primary)
    analyst = member("analyst", "all")
    assert analyst.get(URL).status_code == 403
    assert analyst.get(url).status_code == 404
    assert URL not in text(analyst.get(f"/w/harbour/accounts/{primary.api_key}/"))


def test_balance_takes_a_right_of_its_own(client, workspace, primary):
    role = Role.objects.create(workspace=workspace, name="payer", mask=1 << 37 | 1)
    user = User.objects.create_user(username="payer", email="p@a.example", password="")
    made = Member.objects.create(workspace=workspace, user=user)
    grant(made, "", "all", role=role)
    client.force_login(user)
    page = text(client.get(URL))
    assert "Auto-reload" in page
    assert "27.4572" not in page


def test_primary_account_leads_there(browser, primary):
    assert f'href="{URL}"' in text(browser.get(f"/w/harbour/accounts/{primary.api_key}/"))


def test_number_of_queries_does_not_grow(
    browser, primary, noted, reloading, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20) as queries:
        browser.get(URL)
    few = len(queries)
    noted()
    for _ in range(3):
        top_up(browser, primary, again="on")
    with django_assert_max_num_queries(few):
        browser.get(URL)
