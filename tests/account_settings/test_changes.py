"""Settings of accounts: read, changed, refused, and recognised after a lost answer."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from account_settings.models import AccountSettings, Follower, Template
from account_settings.services import reading
from api_secrets.models import HeldSecret
from api_secrets.services import keeping, rotating
from audit.models import Entry
from operations.errors import RefusedError
from operations.models import Attempt, Lane, Operation
from operations.services import asking, sending
from operations.services.looking import look_now
from operations.services.settling import settle_due
from operations.states import State
from operations.wire import CannotConnectError
from simulator import secret_slots
from simulator.faults import Rule
from simulator.records import Settings
from teams.policy import MissingCapabilityError
from tests.account_settings.conftest import OURS
from vonage_api.errors import Unauthorized, VonageError

pytestmark = pytest.mark.django_db(transaction=True)

HOOK = "https://hooks.example.com/in"
TOKEN = "https://hooks.example.com/in?token=seen-hook-token"
DEAD = "https://hooks.invalid/in"


def settle(later, *operations, seconds=6):
    later(seconds)
    settle_due(timezone.now())
    for each in operations:
        each.refresh_from_db()


def test_settings_of_the_primary_account_are_read_and_kept(primary):
    reading.read(primary)
    settings = primary.vonage_settings
    assert (settings.mo_callback_url, settings.max_outbound_request) == ("", 30)
    assert settings.read_at <= timezone.now()


def test_subaccount_of_which_nothing_is_held_is_not_asked(sub, want, vonage):
    with pytest.raises(CannotConnectError, match="no secret of it is held"):
        reading.read(sub)
    assert "no secret of it is held" in sub.vonage_settings.fault
    with pytest.raises(RefusedError, match="no secret of it is held"):
        want(mo_callback_url=HOOK)
    assert not vonage.state.store.settings.rows


def test_subaccount_is_read_and_changed_as_itself(held, want, send, at_vonage, primary):
    reading.read(held)
    operation = send(want(mo_callback_url=HOOK))
    assert operation.state == State.SUCCEEDED, operation.detail
    assert at_vonage(held) == (HOOK, "", "")
    assert at_vonage(primary) is None
    held.vonage_settings.refresh_from_db()
    assert held.vonage_settings.mo_callback_url == HOOK


def test_secret_that_was_made_for_this_workspace_opens_the_settings(actor, sub, want, send, later):
    keeping.read(sub)
    rotation = rotating.start(actor, sub, purpose="ours", replaces=False)
    for _ in range(6):
        later(6)
        rotating.advance_due(timezone.now())
        sending.send_ready()
    rotation.refresh_from_db()
    assert rotation.end == "done", rotation.detail
    assert send(want(dr_callback_url=HOOK)).state == State.SUCCEEDED


def test_only_what_changes_is_sent(primary, want, send, at_vonage):
    send(want(primary, mo_callback_url=HOOK, http_forward_method="POST_JSON"))
    send(want(primary, dr_callback_url=f"{HOOK}/receipts"))
    assert at_vonage(primary) == (HOOK, f"{HOOK}/receipts", "POST_JSON")
    send(want(primary, mo_callback_url=""))
    assert at_vonage(primary) == ("", f"{HOOK}/receipts", "POST_JSON")
    settings = AccountSettings.objects.get(account=primary)
    assert settings.http_forward_method == "POST_JSON"
    assert settings.forward_set_at


def test_dead_address_is_refused_in_the_words_of_vonage(held, want, send, at_vonage):
    operation = send(want(mo_callback_url=DEAD))
    assert operation.state == State.REJECTED
    assert "moCallBackUrl: Is invalid." in operation.detail
    assert at_vonage(held) is None


@pytest.mark.parametrize("fault", ["drop-after", "500-after", "hang-after", "html-after"])
@pytest.mark.parametrize("whose", ["primary", "held"])
def test_lost_answer_is_settled_by_reading_back(
    fault, whose, request, want, send, vonage, later, at_vonage
):
    account = request.getfixturevalue(whose)
    vonage.faults.add(Rule(fault, "POST", "/account/settings"))
    operation = send(want(account, mo_callback_url=HOOK, http_forward_method="POST_JSON"))
    assert operation.state == State.UNKNOWN
    settle(later, operation)
    assert operation.state == State.SUCCEEDED
    assert operation.resolution == Operation.Resolution.LOOK
    assert at_vonage(account) == (HOOK, "", "POST_JSON")
    settings = AccountSettings.objects.get(account=account)
    assert (settings.mo_callback_url, settings.http_forward_method) == (HOOK, "POST_JSON")


def test_change_that_never_arrived_is_not_executed_and_can_be_asked_again(
    held, want, send, vonage, later, at_vonage, actor
):
    vonage.faults.add(Rule("drop-before", "POST", "/account/settings"))
    operation = send(want(mo_callback_url=HOOK))
    for _ in range(4):
        settle(later, operation)
    assert operation.state == State.NOT_EXECUTED
    assert at_vonage(held) is None
    assert look_now(operation)
    again = asking.confirm(actor, asking.draft_again(actor, operation, form_token="again"))
    assert send(again).state == State.SUCCEEDED
    assert at_vonage(held) == (HOOK, "", "")


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_method_alone_can_never_be_seen_and_is_asked_for_again(
    fault, held, want, send, vonage, later, at_vonage, actor
):
    vonage.faults.add(Rule(fault, "POST", "/account/settings"))
    operation = send(want(http_forward_method="POST_JSON"))
    assert operation.state == State.UNKNOWN
    for _ in range(4):
        settle(later, operation)
    assert operation.state == State.NOT_EXECUTED
    assert not AccountSettings.objects.filter(account=held).exclude(http_forward_method="")
    again = asking.confirm(actor, asking.draft_again(actor, operation, form_token="again"))
    assert send(again).state == State.SUCCEEDED
    assert at_vonage(held) == ("", "", "POST_JSON")
    assert held.vonage_settings.http_forward_method == "POST_JSON"


def test_address_that_is_there_already_does_not_stand_for_the_method(
    primary, want, send, vonage, later, at_vonage
):
    """It waited, so it is looked for before it is sent; somebody set the address elsewhere."""
    operation = want(primary, mo_callback_url=HOOK, http_forward_method="POST_JSON")
    with vonage.state.change("settings") as draft:
        draft.put(vonage.state.store.settings, primary.api_key, Settings(primary.api_key, HOOK))
    later(2)
    assert send(operation).state == State.SUCCEEDED
    assert operation.resolution == Operation.Resolution.ANSWER
    assert at_vonage(primary) == (HOOK, "", "POST_JSON")


def test_newest_wish_alone_is_sent(held, want, send, at_vonage):
    older, newer = want(mo_callback_url=HOOK), want(mo_callback_url=f"{HOOK}/2")
    assert send(older).state == State.CANCELLED
    assert send(newer).state == State.SUCCEEDED
    assert at_vonage(held)[0] == f"{HOOK}/2"


def test_right_that_was_taken_meanwhile_stops_it(held, want, send, workspace, at_vonage, person):
    member, actor_of = person("operator")
    operation = want(by=actor_of(), mo_callback_url=HOOK)
    member.grants.all().delete()
    assert send(operation).state == State.CANCELLED
    assert at_vonage(held) is None


def test_held_secret_that_vonage_refuses_ends_this_change_and_stops_nothing_else(
    held, want, send, vonage, primary, at_vonage
):
    account = vonage.state.account(held.api_key)
    ours = account.secrets[-1].id
    secret_slots.revoke(vonage.state, held.api_key, ours)
    operation = send(want(mo_callback_url=HOOK))
    assert operation.state == State.REJECTED
    assert operation.detail == "authentication failed"
    assert HeldSecret.objects.get().refused_at
    assert not Lane.objects.get().is_closed
    assert send(want(primary, mo_callback_url=HOOK)).state == State.SUCCEEDED
    with pytest.raises(Unauthorized):
        reading.read(held)
    assert held.vonage_settings.fault


def test_credentials_of_the_connection_that_vonage_refuses_stop_sending(
    primary, want, send, vonage
):
    send(want(primary, mo_callback_url=HOOK))  # so that the books have been read
    (old,) = vonage.state.account(primary.api_key).secrets
    secret_slots.add(vonage.state, primary.api_key, "Another0Secret")
    secret_slots.revoke(vonage.state, primary.api_key, old.id)
    assert send(want(primary, mo_callback_url="")).state == State.READY
    assert Lane.objects.get().is_closed


@pytest.mark.parametrize("fault", ["500-before", "drop-before", "html-before", "garbage"])
def test_reading_that_fails_keeps_what_is_known(fault, primary, vonage):
    reading.read(primary)
    before = primary.vonage_settings.read_at
    vonage.faults.add(Rule(fault, "POST", "/account/settings"))
    with pytest.raises(VonageError):
        reading.read(primary)
    settings = AccountSettings.objects.get()
    assert settings.read_at == before
    assert settings.fault
    reading.read(primary)
    assert AccountSettings.objects.get().fault == ""


def test_older_reading_does_not_overwrite_a_newer_one(primary):
    from vonage_api.account import AccountSettings as Told

    now = timezone.now()
    told = {"max_outbound_request": 1, "max_inbound_request": 1}
    reading.keep(primary.pk, Told(mo_callback_url="https://new.example", **told), now)
    reading.keep(
        primary.pk, Told(mo_callback_url="https://old.example", **told), now - timedelta(seconds=1)
    )
    assert AccountSettings.objects.get().mo_callback_url == "https://new.example"


def test_nonsense_that_vonage_tells_is_kept_as_far_as_it_makes_sense(primary):
    from vonage_api.account import AccountSettings as Told

    told = Told(
        mo_callback_url="https://a.example/\0\n" + "x" * 9_000,
        max_outbound_request=10**30,
        max_inbound_request=-1,
    )
    reading.keep(primary.pk, told, timezone.now())
    settings = AccountSettings.objects.get()
    assert settings.mo_callback_url.startswith("https://a.example/xxx")
    assert len(settings.mo_callback_url) == 4_000
    assert settings.max_outbound_request is None
    assert settings.max_inbound_request is None


def test_tokens_of_addresses_stand_in_no_book_and_no_log(held, want, send, vonage, caplog):
    caplog.set_level(logging.DEBUG)
    send(want(mo_callback_url=TOKEN))
    vonage.faults.add(Rule("html-after", "POST", "/account/settings"))
    send(want(mo_callback_url=f"{TOKEN}-2"))
    send(want(dr_callback_url="https://hooks.invalid/?token=seen-hook-token"))
    books = str([vars(each) for each in Entry.objects.all()])
    books += str([vars(each) for each in Attempt.objects.all()])
    books += str(list(Operation.objects.values_list("detail", "instance", "reference")))
    assert "hooks.example.com/in?…" in books
    assert "seen-hook" not in books + caplog.text
    assert OURS not in books + caplog.text


def test_book_says_what_was_there_before(primary, want, send):
    reading.read(primary)
    send(want(primary, mo_callback_url=HOOK))
    send(want(primary, mo_callback_url=f"{HOOK}/2"))
    asked, settled = Entry.objects.filter(event__startswith="account:settings").order_by("seq")[2:]
    assert asked.old == settled.old == {"mo_callback_url": HOOK}
    assert asked.new["mo_callback_url"] == settled.new["mo_callback_url"] == f"{HOOK}/2"


def test_followers_are_read_once_a_day_and_a_broken_one_holds_up_nobody(
    actor, hold, vonage, primary, held, read, workspace, later
):
    other = vonage.subaccount("Other")
    unheld = vonage.subaccount("Unheld")
    read()
    from accounts.models import Account

    hold(Account.objects.get(api_key=other))
    template = Template.objects.create(workspace=workspace, name="T", changed_by=actor.user)
    for each in Account.objects.all():
        Follower.objects.create(account=each, template=template)
    vonage.faults.add(Rule("500-before", "POST", "/account/settings"))
    assert reading.read_due(timezone.now()) == 2
    assert reading.read_due(timezone.now()) == 0, "the broken one waits"
    assert not AccountSettings.objects.filter(account__api_key=unheld).exists()
    later(3601)
    assert reading.read_due(timezone.now()) == 1
    later(24 * 3600)
    assert reading.read_due(timezone.now()) == 3


def test_nobody_but_followers_is_read_by_itself(primary, held):
    assert reading.read_due(timezone.now()) == 0


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("hooks.example.com", "whole address"),
        ("ftp://hooks.example.com", "whole address"),
        ("https://", "whole address"),
        ("https://user:word@hooks.example.com", "No user name"),
        ("https://hooks.example.com/" + "x" * 2_000, "At most"),
        ("https://hooks.example.com/a b", "No spaces"),
        ("https://hooks.example.com/\n", "No spaces"),
        ("https://höoks.example.com/", "other scripts"),
        ("https://hooks.example.com/{api_key}", "No spaces, braces"),
        ("https://[::1", "not an address"),
        ("https://hooks.example.com:port/", "not an address"),
        ("javascript:alert(1)", "whole address"),
    ],
)
def test_address_that_makes_no_sense_is_refused_before_vonage_is_asked(address, words, held, want):
    with pytest.raises(RefusedError, match=words):
        want(mo_callback_url=address)


def test_who_may_only_look_cannot_ask(held, want, person):
    _, actor_of = person("support")
    with pytest.raises(MissingCapabilityError):
        want(by=actor_of(), mo_callback_url=HOOK)
