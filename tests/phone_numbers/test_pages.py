"""The list of numbers and their moves, by people with all rights and with parts of them."""

import re

import pytest
from django.utils import timezone

from operations.models import Operation
from operations.services import sending
from phone_numbers.models import Number, NumberList
from phone_numbers.services import reading
from simulator.faults import Rule
from teams.models import Member, User
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/w/harbour/numbers/"


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def member(client, workspace, sub):
    """Sign somebody in who has this role on the account."""

    def join(preset, **more):
        user = User.objects.create_user(username=preset, email=f"{preset}@a.example", password="")
        made = Member.objects.create(workspace=workspace, user=user)
        grant(made, preset, "selected", accounts=[sub], **more)
        client.force_login(user)
        return client

    return join


@pytest.fixture
def known(primary, sub, give, held):
    """A number of the primary account and one of the subaccount."""
    give(primary, "447700900001", app_id="app-of-hotels")
    give(sub, "33600000002", country="FR")
    reading.read(primary)
    reading.read(sub)


def text(answer) -> str:
    return answer.content.decode()


def test_empty_list_says_so(browser, harbour):
    page = text(browser.get(URL))
    assert "Not read from Vonage yet." in page
    assert "cannot be listed" in page
    assert "No numbers yet" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["447700900001", "33600000002"]),
        ("digits=%2B44 7700", ["447700900001"]),
        ("digits=3360", ["33600000002"]),
        ("country=FR", ["33600000002"]),
        ("country=nowhere", ["447700900001", "33600000002"]),
        ("feature=MMS", []),
    ],
)
def test_numbers_are_found(query, found, browser, known):
    page = text(browser.get(f"{URL}?{query}"))
    shown = set(re.findall(r"\+(\d{9,})</span>", page))
    assert shown == set(found)


def test_pages_follow_each_other(browser, primary, give):
    for place in range(60):
        give(primary, f"4477009{place:05}")
    reading.read(primary)
    first = text(browser.get(URL))
    rest = re.search(r'href="(/w/harbour/numbers/\?[^"]*after=[^"]+)"', first)[1]
    second = text(browser.get(rest.replace("&amp;", "&")))
    numbers = re.findall(r"\+(\d{9,})</span>", first + second)
    assert len(numbers) == len(set(numbers)) == 60


def test_fault_is_said_and_the_numbers_stay(browser, known, primary, vonage):
    vonage.faults.add(Rule("503-before", "GET", "/account/numbers", times=9))
    browser.post(f"/w/harbour/accounts/{primary.api_key}/numbers/read/")
    page = text(browser.get(URL))
    assert "could not be read lately" in page
    assert "447700900001" in page


def test_old_list_is_marked(browser, known, later):
    assert "Old" not in text(browser.get(URL))
    NumberList.objects.update(read_at=timezone.now() - 3 * reading.STALE)
    assert '<span class="tag awaiting">Old</span>' in text(browser.get(URL))


def test_export_holds_what_is_shown(browser, known):
    answer = browser.post(f"{URL}export/?country=FR")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "33600000002" in lines[1]


def test_member_sees_the_numbers_of_accounts_in_sight_only(member, known):
    page = text(member("customer_admin").get(URL))
    assert "33600000002" in page
    assert "447700900001" not in page
    assert "app-of-hotels" not in page


def test_who_may_not_see_numbers_learns_what_is_missing(member, known):
    answer = member("finance").get(URL)
    assert answer.status_code == 403
    assert "see phone numbers" in text(answer)


def test_page_costs_the_same_with_more_numbers(
    browser, known, primary, give, django_assert_max_num_queries
):
    browser.get(URL)
    with django_assert_max_num_queries(25) as few:
        browser.get(URL)
    for place in range(40):
        give(primary, f"4477009{place:05}")
    reading.read(primary)
    with django_assert_max_num_queries(len(few)):
        browser.get(URL)


def typed(browser, query, **more):
    page = text(browser.get(f"{URL}transfer/?{query}"))
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    return {"token": token, "number": re.findall(r'name="number"\s+value="(\d+)"', page), **more}


def test_chosen_numbers_are_looked_at_and_moved(browser, known, sub, owner_of):
    numbers = "&".join(f"number={each.pk}" for each in Number.objects.all())
    form = typed(browser, numbers, to=sub.api_key)
    assert len(form["number"]) == 2
    looked = text(browser.post(f"{URL}transfer/", form))
    assert "It is there already." in looked
    assert "What a number does is lost on the way." in looked
    assert "app-of-hotels" in looked
    assert not Operation.objects.exists()
    asked = browser.post(f"{URL}transfer/", {**form, "begin": sub.api_key})
    sending.send_ready()
    page = text(browser.get(asked["Location"]))
    assert "goes from the primary account to" in page
    assert owner_of("447700900001") == sub.api_key
    assert "+33600000002: It is there already." in page
    again = browser.post(f"{URL}transfer/", {**form, "begin": sub.api_key})
    assert again.status_code == 303
    assert Operation.objects.count() == 1


def test_call_events_are_named_among_what_is_lost(browser, primary, give, sub):
    give(primary)
    reading.read(primary)
    Number.objects.update(voice_status_callback="https://events.example.com/calls")
    form = typed(browser, f"number={Number.objects.get().pk}", to=sub.api_key)
    assert "events.example.com" in text(browser.post(f"{URL}transfer/", form))


def test_account_that_was_not_looked_at_is_looked_at_first(browser, known, sub, primary):
    foreign = Number.objects.get(msisdn="447700900001")
    form = typed(browser, f"number={foreign.pk}", to=sub.api_key)
    assert f'value="{sub.api_key}">Move 1 number' in text(browser.post(f"{URL}transfer/", form))
    answer = browser.post(f"{URL}transfer/", {**form, "begin": primary.api_key})
    assert answer.status_code == 422
    assert "This is not the account that you looked at." in text(answer)
    assert f'value="{sub.api_key}">Move 1 number' in text(answer)
    assert not Operation.objects.exists()


@pytest.mark.parametrize("bad", ["9" * 30, "\0", "one"])
def test_numbers_that_cannot_be_are_none(bad, browser, known, sub):
    assert browser.get(f"{URL}transfer/", {"number": bad}).status_code == 200
    form = typed(browser, "", number=bad, to=sub.api_key)
    assert browser.post(f"{URL}transfer/", form).status_code == 422
    assert browser.get(URL, {"after": f"{bad}-{bad}"}).status_code == 200
    assert browser.get(URL, {"after": f"{bad}-1"}).status_code == 200


def test_account_that_is_not_seen_is_none(browser, known):
    form = typed(browser, f"number={Number.objects.first().pk}", to="nobody")
    answer = browser.post(f"{URL}transfer/", form)
    assert answer.status_code == 422
    assert "You see no account with this API key." in text(answer)


def test_number_that_is_not_seen_is_not_moved(member, known, sub):
    browser = member("customer_admin")
    foreign = Number.objects.get(msisdn="447700900001")
    answer = browser.get(f"{URL}transfer/?number={foreign.pk}")
    assert "447700900001" not in text(answer)


def test_right_is_needed_on_both_sides(member, known, sub, primary):
    browser = member("operator")
    mine = Number.objects.get(msisdn="33600000002")
    answer = browser.get(f"{URL}transfer/?number={mine.pk}&to={primary.api_key}")
    assert answer.status_code in {200, 302, 403}
    assert "447700900001" not in text(answer)


def test_number_is_given_back_by_who_does_not_see_the_primary_account(
    member, known, sub, primary, owner_of
):
    browser = member("operator", with_primary=True)
    mine = Number.objects.get(msisdn="33600000002")
    form = typed(browser, f"number={mine.pk}", to=primary.api_key)
    assert "You see no account with this API key." in text(browser.post(f"{URL}transfer/", form))
    form["to"] = "primary"
    looked = text(browser.post(f"{URL}transfer/", form))
    assert "Move 1 number" in looked
    assert primary.api_key not in looked
    asked = browser.post(f"{URL}transfer/", {**form, "begin": "primary"})
    sending.send_ready()
    assert owner_of("33600000002") == primary.api_key
    assert primary.api_key not in text(browser.get(asked["Location"]))
