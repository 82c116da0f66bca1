"""Naming the account of a transfer: any that one may move money of, by key, name or part of it."""

import re
from itertools import count

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from accounts.naming import listing_key
from subaccounts import choosing
from teams.capabilities import Capability
from teams.levels import GROUPS
from teams.models import Member, User
from teams.policy import actor_of
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)

FORM, SUGGEST = "/w/harbour/transfers/new/", "/w/harbour/transfers/new/accounts/"
_numbers = count(1)


@pytest.fixture
def account(sub):
    """Put an account into the mirror of the workspace."""

    def make(name: str, **more) -> Account:
        key = more.pop("api_key", f"{next(_numbers):08x}")
        row = {"shares_balance": False, "first_seen_at": timezone.now(), **more}
        return Account.objects.create(
            workspace=sub.workspace,
            api_key=key,
            name=name,
            listing_key=listing_key(name, key),
            **row,
        )

    return make


@pytest.fixture
def many(sub):
    """So many accounts that most of them are not offered."""
    rows = [
        Account(
            workspace=sub.workspace,
            api_key=f"{number:06x}ff",
            name=f"Branch {number:04}",
            listing_key=listing_key(f"Branch {number:04}", f"{number:06x}ff"),
            shares_balance=False,
            first_seen_at=timezone.now(),
        )
        for number in range(choosing.SUGGESTED + 50)
    ]
    return Account.objects.bulk_create(rows)


@pytest.fixture
def clerk(workspace):
    """Somebody who moves money of some accounts, and sees others."""

    def make(movable, seen=()):
        user = User.objects.create_user(username="clerk", email="clerk@example.com", password="")
        member = Member.objects.create(workspace=workspace, user=user)
        grant(member, "operator", "selected", accounts=movable, with_primary=True)
        grant(member, "support", "selected", accounts=seen)
        return actor_of(member)

    return make


@pytest.fixture
def browser(client: Client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def fill(browser):
    def send(typed: str, by: Client = browser):
        page = by.get(FORM).content.decode()
        token = re.search(r'name="token" value="([^"]+)"', page)[1]
        given = {"kind": "balance_transfer", "way": "to", "amount": "2.50", "memo": "kept"}
        return by.post(FORM, {**given, "account": typed, "token": token})

    return send


def offers(answer) -> list[str]:
    return re.findall(r'<option value="([^"]+)">', answer.content.decode())


def meant(actor, typed) -> Account | str:
    try:
        return choosing.meant(actor, typed)
    except choosing.NotMeantError as error:
        return str(error)


def test_every_account_is_found_by_key_by_name_and_by_the_only_fitting_part(actor, many):
    last = many[-1]
    for typed in (last.api_key, last.name, last.name.upper(), last.name.removeprefix("Branch ")):
        assert meant(actor, typed) == last


def test_key_goes_before_a_name(actor, account):
    by_key = account("One", api_key="cafecafe")
    account("cafecafe")
    assert meant(actor, "cafecafe") == by_key


def test_whole_name_goes_before_a_part_of_one(actor, account):
    short = account("Quay")
    account("Quay West")
    assert meant(actor, "quay") == short


def test_name_written_just_so_goes_before_the_same_in_other_case(actor, account):
    account("Möwe")
    plain = account("mowe")
    assert meant(actor, "mowe") == plain
    assert meant(actor, "MOWE").startswith("Several subaccounts have this name: ")


def test_several_are_named_with_their_keys(actor, account):
    two = [account("Quay East"), account("Quay West")]
    said = meant(actor, "quay")
    assert said == (
        f"Several subaccounts fit: Quay East ({two[0].api_key}), Quay West ({two[1].api_key}). "
        "Give the API key of one."
    )
    for number in range(9):
        account(f"Quay {number}")
    assert "and more" in meant(actor, "quay")


@pytest.mark.parametrize("typed", ["nobody", "%", "___", "\N{COMBINING ACUTE ACCENT}", "ab\tcd"])
def test_none_is_said_so(actor, sub, typed):
    assert meant(actor, typed) == "There is no subaccount with this key or name."


def test_primary_account_is_never_meant(actor, primary):
    assert meant(actor, primary.api_key) == "There is no subaccount with this key or name."


def test_nothing_is_said_of_accounts_that_one_does_not_see(clerk, account, sub):
    hidden = account("Hidden Quay")
    seen, mine = account("Seen Quay"), account("My Quay")
    actor = clerk([mine], [seen])
    assert list(choosing.offered(actor, "quay")) == [mine]
    assert meant(actor, "quay") == mine
    assert meant(actor, seen.api_key) == seen, "the rules say then what is missing"
    for typed in (hidden.api_key, hidden.name, "hidden"):
        assert meant(actor, typed) == "There is no subaccount with this key or name."


def test_offered_are_those_that_can_take_part(actor, account, sub):
    account("Quay shared", shares_balance=True)
    account("Quay gone", vanished_at=timezone.now())
    suspended = account("Quay suspended", suspended=True)
    assert list(choosing.offered(actor, "quay")) == [suspended]


def test_rights_of_moving_are_held_together():
    rights = [each for each in Capability if each.value.startswith(("transfer.bal", "transfer.cr"))]
    assert len(rights) == 4
    for group in GROUPS.values():
        for mask in group.masks.values():
            assert len({bool(mask & each.bit) for each in rights}) == 1


# Pages


def test_form_takes_an_account_that_it_does_not_offer(browser, many, fill):
    assert many[-1].api_key not in offers(browser.get(FORM))
    assert fill(many[-1].name)["Location"].startswith("/w/harbour/drafts/")


def test_form_offers_what_fits_where_several_do_and_keeps_what_was_typed(fill, many):
    answer = fill("branch 014")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Several subaccounts fit: Branch 0140" in page
    assert 'value="branch 014"' in page
    assert 'value="kept"' in page
    assert offers(answer) == [each.api_key for each in many[140:150]]


def test_form_offers_the_first_where_nothing_fits(fill, many):
    answer = fill("nobody")
    assert "There is no subaccount with this key or name." in answer.content.decode()
    assert len(offers(answer)) == choosing.SUGGESTED


def test_what_fits_is_suggested_while_one_types(browser, many):
    answer = browser.get(SUGGEST, {"account": "branch 0149"})
    assert offers(answer) == [many[149].api_key]
    assert "<html" not in answer.content.decode()
    assert offers(browser.get(SUGGEST, {"account": "nobody"})) == []
    assert len(offers(browser.get(SUGGEST))) == choosing.SUGGESTED
    assert browser.get(SUGGEST, {"account": "x" * 9_000}).status_code == 200


def test_suggestions_never_hold_what_one_does_not_see(clerk, account, many):
    mine = account("Branch of mine")
    client = Client()
    client.force_login(clerk([mine]).user)
    assert offers(client.get(SUGGEST, {"account": "branch"})) == [mine.api_key]


def test_suggestions_take_as_many_queries_among_few_as_among_many(browser, account, request):
    def queries() -> int:
        with CaptureQueriesContext(database) as made:
            browser.get(SUGGEST, {"account": "branch"})
        return len(made)

    account("Branch")
    queries()  # what a first request fills is filled
    few = queries()
    request.getfixturevalue("many")
    assert queries() == few
