"""A transfer by its pages, with the outbox behind them."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from operations.models import Draft, Operation
from operations.services import asking
from operations.states import State
from simulator.faults import Rule
from teams.models import Member, User
from tests.cast import grant
from vonage_api.errors import InvalidParameter, Refused
from vonage_api.outcomes import Heard, Rejected
from vonage_api.subaccounts import Subaccounts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(client: Client, owner):
    client.force_login(owner)
    return client


def token_in(page) -> str:
    return re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]


def link_in(page: str, words: str) -> str:
    return unescape(re.search(rf'href="([^"]+)"[^>]*>{words}<', page)[1])


@pytest.fixture
def fill(browser, sub):
    """Fill the form in and send it; return the answer."""

    def send(**changes):
        given = {"kind": "balance_transfer", "account": sub.api_key, "way": "to", "amount": "2.50"}
        given["token"] = token_in(browser.get("/w/harbour/transfers/new/"))
        return browser.post("/w/harbour/transfers/new/", {**given, **changes})

    return send


def test_form_leads_to_a_draft_and_the_draft_to_an_operation(browser, fill, send, sub):
    answer = fill(memo="for November")
    assert answer.status_code == 303
    draft = browser.get(answer["Location"]).content.decode()
    assert "€ 2.50 of balance from" in draft.replace("\xa0", " ")
    assert not Operation.objects.exists()
    asked = browser.post(answer["Location"])
    operation = send(Operation.objects.get())
    assert asked["Location"].endswith(f"/operations/{operation.reference}/")
    page = browser.get(asked["Location"]).content.decode()
    assert "Vonage has done it." in page
    assert operation.remote_id in page
    assert "for November" in page


def test_confirming_twice_asks_once(browser, fill):
    url = fill()["Location"]
    first, second = browser.post(url), browser.post(url)
    assert first["Location"] == second["Location"]
    assert Operation.objects.count() == 1
    assert browser.get(url)["Location"] == first["Location"], "Back leads to what was asked"


def test_same_form_sent_twice_is_one_draft(browser, fill):
    token = token_in(browser.get("/w/harbour/transfers/new/"))
    assert fill(token=token)["Location"] == fill(token=token)["Location"]
    assert Draft.objects.count() == 1


def test_same_form_with_something_else_in_it_is_refused_and_nothing_is_lost(browser, fill):
    token = token_in(browser.get("/w/harbour/transfers/new/"))
    fill(token=token)
    answer = fill(token=token, amount="3.75", memo="another one")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="3.75"' in page
    assert 'value="another one"' in page
    assert token_in(answer) != token
    assert Draft.objects.count() == 1


def test_second_tab_has_to_say_that_it_means_it(browser, fill):
    browser.post(fill()["Location"])
    url = fill()["Location"]
    assert "type the amount" in browser.get(url).content.decode()
    assert browser.post(url).status_code == 422
    refused = browser.post(url, {"again": "2,50"})
    assert refused.status_code == 422
    assert 'value="2,50"' in refused.content.decode()
    assert browser.post(url, {"again": "2.50"}).status_code == 303
    assert Operation.objects.count() == 2


@pytest.mark.parametrize(
    ("amount", "shown"), [("2.5", "2.50"), ("1000", "1000.00"), ("0.125", "0.125")]
)
def test_amount_is_typed_as_it_is_shown_or_with_other_zeros(amount, shown):
    assert asking.of_amount(Decimal(amount)) == shown
    assert asking.is_amount(f" {shown}00 ", Decimal(amount))
    assert not any(
        asking.is_amount(typed, Decimal(amount)) for typed in ("", "x", "NaN", "sNaN", "2.51")
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount": "2,50"}, "Write the amount as in 12.50"),
        ({"amount": "1.005"}, "At most two decimals"),
        ({"amount": "0"}, "At least 0.01"),
        ({"account": "nobody"}, "There is no subaccount"),
        ({"token": "made-up"}, "open for too long"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(fill, typed, sentence):
    answer = fill(**{"memo": "kept", **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="kept"' in page
    assert not Draft.objects.exists()


def test_refusal_of_vonage_is_shown_in_its_words(browser, fill, send):
    asked = browser.post(fill(amount="9000")["Location"])
    send(Operation.objects.get())
    page = browser.get(asked["Location"]).content.decode()
    assert "<q><bdi>Transfer amount is invalid: Insufficient Credit</bdi></q>" in page
    form = browser.get(link_in(page, "Correct it")).content.decode()
    assert 'value="9000.00"' in form
    beside = re.search(r'id="id_amount_error"[^>]*>(.*?)</p>', form, re.DOTALL)[1]
    assert "Vonage said: Transfer amount is invalid: Insufficient Credit" in beside


def test_who_cannot_move_money_is_not_asked_to_correct_a_transfer(
    browser, fill, send, client, workspace
):
    url = browser.post(fill(amount="9000")["Location"])["Location"]
    send(Operation.objects.get())
    user = User.objects.create_user(username="vera", email="vera@example.com", password="")
    grant(Member.objects.create(workspace=workspace, user=user), "auditor", "all")
    client.force_login(user)
    page = client.get(url).content.decode()
    assert "Insufficient Credit" in page
    assert "Correct it" not in page


def test_change_of_a_draft_finds_what_was_typed(browser, harbour, sub):
    url = "/w/harbour/subaccounts/new/"
    given = {"name": "Branch", "shares_balance": "no", "funding": "12.50", "memo": "for May"}
    draft = browser.post(url, {**given, "token": token_in(browser.get(url))})["Location"]
    form = browser.get(link_in(browser.get(draft).content.decode(), "Change")).content.decode()
    for value in ("Branch", "12.50", "for May"):
        assert f'value="{value}"' in form
    assert re.search(r'value="no"[^>]*checked', form)

    url = f"/w/harbour/accounts/{sub.api_key}/rename/"
    given = {"name": "Another", "memo": "for June", "token": token_in(browser.get(url))}
    draft = browser.post(url, given)["Location"]
    form = browser.get(link_in(browser.get(draft).content.decode(), "Change")).content.decode()
    assert 'value="Another"' in form
    assert 'value="for June"' in form


def test_refused_name_is_corrected_beside_what_vonage_said(
    browser, harbour, send, sub, monkeypatch
):
    url = f"/w/harbour/accounts/{sub.api_key}/rename/"
    given = {"name": "Another", "token": token_in(browser.get(url))}
    asked = browser.post(browser.post(url, given)["Location"])["Location"]
    said = {"title": "Bad Request", "detail": "The request failed due to validation errors"}
    error = Refused(status=422, **said, invalid_parameters=(InvalidParameter("name", "Taken"),))

    def refuse(*_, before_first_byte, **__):
        assert before_first_byte()
        return Rejected(error=error, heard=Heard(status=422))

    monkeypatch.setattr(Subaccounts, "modify", refuse)
    send(Operation.objects.get())
    page = browser.get(asked).content.decode()
    assert "validation errors. name: Taken" in page
    form = browser.get(link_in(page, "Correct it")).content.decode()
    assert 'value="Another"' in form
    assert "name: Taken" in re.search(r'id="id_name_error"[^>]*>(.*?)</p>', form, re.DOTALL)[1]


def test_lost_answer_is_shown_as_being_verified(browser, fill, send, vonage):
    asked = browser.post(fill()["Location"])
    vonage.faults.add(Rule("drop-after", "POST", "/balance-transfers"))
    assert send(Operation.objects.get()).state == State.UNKNOWN
    page = browser.get(asked["Location"]).content.decode()
    assert "Do not repeat this" in page


def test_open_page_hears_nothing_until_something_has_changed(browser, fill, send):
    asked = browser.post(fill()["Location"])["Location"]
    version = re.search(r"\?version=([\d.]+)", browser.get(asked).content.decode())[1]
    poll = f"{asked}?version={version}"
    assert browser.get(poll, headers={"HX-Request": "true"}).status_code == 204
    send(Operation.objects.get())
    answer = browser.get(poll, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "hx-get" not in answer.content.decode(), "what is over is not asked about any more"


def test_what_was_not_sent_can_be_taken_back(browser, fill):
    asked = browser.post(fill()["Location"])["Location"]
    browser.post(f"{asked}cancel/")
    assert Operation.objects.get().state == State.CANCELLED


def test_list_shows_ours_and_those_made_elsewhere(
    browser, fill, send, elsewhere, audit, sub, primary
):
    browser.post(fill(memo="ours")["Location"])
    send(Operation.objects.get())
    elsewhere(primary.api_key, sub.api_key, "7", reference="theirs")
    audit()
    page = browser.get("/w/harbour/transfers/").content.decode()
    assert "ours" in page
    assert "theirs" in page
    assert "Made elsewhere" in page
    assert "€\xa09.50" in page
    export = browser.post("/w/harbour/transfers/export/")
    assert len(b"".join(export.streaming_content).splitlines()) == 3


def test_day_after_all_calendars_narrows_nothing(browser, harbour):
    page = browser.get("/w/harbour/transfers/", {"end": "9999-12-31"})
    assert page.status_code == 200


@pytest.mark.parametrize("page", ["transfers", "numbers"])
def test_file_has_the_filters_of_the_table_that_was_swapped_in(browser, harbour, page):
    url = f"/w/harbour/{page}/"
    part = browser.get(f"{url}?account=abc", headers={"HX-Request": "true"}).content.decode()
    assert f'action="{url}export/?account=abc"' in part
    assert 'form="as-csv"' in browser.get(url).content.decode()


@pytest.mark.parametrize(
    "path",
    ["transfers/", "transfers/new/", "approvals/", "needs-you/", "rules/",
     "subaccounts/new/"],
)  # fmt: skip
def test_pages_are_drawn(browser, harbour, path):
    assert browser.get(f"/w/harbour/{path}").status_code == 200


def test_stranger_finds_nothing(client, stranger, fill, browser):
    asked = browser.post(fill()["Location"])["Location"]
    client.force_login(stranger)
    assert client.get(asked).status_code == 404


def test_draft_says_what_the_limits_leave(client, workspace, sub):
    user = User.objects.create_user(username="limited", email="limited@example.com", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    grant(member, "operator", "selected", accounts=[sub], with_primary=True, per_day=8)
    client.force_login(user)
    form = "/w/harbour/transfers/new/"
    given = {"kind": "balance_transfer", "account": sub.api_key, "way": "to", "amount": "2.50"}
    answer = client.post(form, {**given, "token": token_in(client.get(form))})
    said = client.get(answer["Location"]).content.decode().replace("\xa0", " ")
    assert "Your access lets you move at most € 8.00 here now." in said


def test_draft_of_who_has_no_limit_says_nothing_of_one(browser, fill):
    assert "lets you move" not in browser.get(fill()["Location"]).content.decode()


def test_page_of_an_account_leads_to_its_transfers(browser, fill, sub):
    browser.post(fill()["Location"])
    page = browser.get(f"/w/harbour/accounts/{sub.api_key}/").content.decode()
    url = f"/w/harbour/transfers/?account={sub.api_key}"
    assert f'href="{url}"' in page
    assert "<bdi>Harbour Hotel</bdi>" in browser.get(url).content.decode()


def test_new_account_is_asked_for_by_its_form_and_its_draft(browser, harbour):
    url = "/w/harbour/subaccounts/new/"
    given = {"name": "Branch", "shares_balance": "no", "funding": "12.50", "token": ""}
    given["token"] = token_in(browser.get(url))
    draft = browser.post(url, given)["Location"]
    page = browser.get(draft)
    assert page.status_code == 200
    assert "Branch, with a balance of its own" in page.content.decode()
    assert "12.50 go to it" in page.content.decode()
    assert "/operations/" in browser.post(draft)["Location"]
    assert Operation.objects.get().wanted["funding"] == "12.50"
