"""Numbers: read and kept, moved once, and found again after a lost answer."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Connection
from api_secrets.models import HeldSecret
from api_secrets.services.holding import NotHeldError
from operations.models import Operation
from operations.services import steps
from operations.services.settling import settle_due
from operations.services.unknown import first_look
from operations.states import State
from phone_numbers.models import Number, NumberList
from phone_numbers.services import moving, reading
from simulator.faults import Rule
from vonage_api.errors import VonageError

pytestmark = pytest.mark.django_db(transaction=True)
DIGITS = "447700900001"


@pytest.fixture
def move(actor, primary, sub, give):
    """Ask for the move of a number from the primary account to the subaccount, or back."""

    def ask(*, back=False, token="one"):
        source, target = (sub, primary) if back else (primary, sub)
        if not Number.objects.filter(account=source, msisdn=DIGITS).exists():
            give(source, DIGITS, app_id="app")
            reading.read(source)
        number = Number.objects.get(account=source, msisdn=DIGITS)
        return moving.ask(actor, [number], target, token=token)

    return ask


def settle(later, operation, rounds=1):
    for _ in range(rounds):
        later(6)
        settle_due(timezone.now())
    operation.refresh_from_db()
    return operation


def test_numbers_of_the_primary_account_are_read(primary, give):
    give(primary, app_id="app", message_url="https://example.com/in")
    reading.read(primary)
    number = Number.objects.get(account=primary)
    assert (str(number), number.feature_names) == ("+447700900001", ["SMS", "VOICE"])
    assert number.mo_http_url == "https://example.com/in"
    assert number.is_set_up
    assert NumberList.objects.get(account=primary).read_at


def test_hundreds_are_read_page_by_page(primary, give):
    for place in range(101):
        give(primary, f"4477009{place:05}")
    reading.read(primary)
    assert primary.numbers.count() == 101


def test_numbers_of_a_subaccount_need_its_own_secret(sub, give, held):
    give(sub)
    reading.read(sub)
    assert Number.objects.get().account == sub
    HeldSecret.objects.all().delete()
    with pytest.raises(NotHeldError):
        reading.read(sub)
    assert "no secret of it is held" in NumberList.objects.get(account=sub).fault
    assert Number.objects.count() == 1


@pytest.mark.parametrize("fault", ["500-before", "html-after", "cut"])
def test_reading_that_fails_changes_nothing_and_says_why(fault, primary, give, vonage):
    give(primary)
    reading.read(primary)
    give(primary, "447700900002")
    vonage.faults.add(Rule(fault, "GET", "/account/numbers", times=9))
    with pytest.raises(VonageError):
        reading.read(primary)
    kept = NumberList.objects.get(account=primary)
    assert kept.fault
    assert kept.failed_at > kept.read_at
    assert Number.objects.count() == 1


def test_what_is_gone_at_vonage_is_gone_here(primary, give, vonage):
    give(primary)
    reading.read(primary)
    with vonage.state.change("gone") as draft:
        draft.put(vonage.state.store.numbers, DIGITS, None)
    reading.read(primary)
    assert not Number.objects.exists()


def test_two_do_not_read_one_list_at_once(primary):
    NumberList.objects.create(account=primary, taken_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(reading.BusyError):
        reading.read(primary)
    NumberList.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
    reading.read(primary)


def test_what_is_due_is_read_by_itself(primary, sub, give, held, later):
    give(primary)
    give(sub, "447700900002")
    assert reading.read_due(timezone.now()) == 2
    assert reading.read_due(timezone.now()) == 0
    later(3601)
    assert reading.read_due(timezone.now()) == 2
    Connection.objects.update(state=Connection.State.REFUSED)
    later(3601)
    assert reading.read_due(timezone.now()) == 0


def test_number_moves_and_loses_what_it_did(move, send, primary, sub, owner_of):
    (operation,) = move().operations
    assert send(operation).state == State.SUCCEEDED
    assert owner_of(DIGITS) == sub.api_key
    number = Number.objects.get()
    assert number.account == sub
    assert not number.is_set_up


def test_number_comes_back(move, send, sub, primary, owner_of, held):
    (operation,) = move(back=True).operations
    assert send(operation).state == State.SUCCEEDED
    assert owner_of(DIGITS) == primary.api_key


def test_form_sent_twice_moves_once(move):
    assert move().operations == move().operations
    assert Operation.objects.count() == 1


def test_two_forms_move_once(move):
    move(token="one")
    asked = move(token="two")
    assert not asked.operations
    assert "being moved already" in asked.refused[0].objection


@pytest.mark.parametrize("fault", ["drop-after", "500-after", "hang-after", "html-after"])
@pytest.mark.parametrize("back", [False, True])
def test_lost_answer_is_settled_by_the_lists(
    fault, back, move, send, later, vonage, held, owner_of, sub, primary
):
    (operation,) = move(back=back).operations
    vonage.faults.add(Rule(fault, "POST", "/transfer-number"))
    assert send(operation).state == State.UNKNOWN
    assert settle(later, operation).state == State.SUCCEEDED
    assert owner_of(DIGITS) == (primary if back else sub).api_key
    assert Number.objects.get().account == (primary if back else sub)


@pytest.mark.parametrize("back", [False, True])
def test_move_that_never_arrived_is_not_executed(
    back, move, send, later, vonage, held, owner_of, sub, primary
):
    (operation,) = move(back=back).operations
    vonage.faults.add(Rule("drop-before", "POST", "/transfer-number"))
    send(operation)
    assert settle(later, operation, rounds=4).state == State.NOT_EXECUTED
    assert owner_of(DIGITS) == (sub if back else primary).api_key


def test_lost_answer_of_a_move_to_a_closed_subaccount_needs_a_person(move, send, later, vonage):
    (operation,) = move().operations
    vonage.faults.add(Rule("drop-after", "POST", "/transfer-number"))
    send(operation)
    assert settle(later, operation).state == State.NEEDS_HUMAN


@pytest.mark.parametrize("fault", ["list-empty", "list-missing-key", "list-cut"])
def test_list_that_hides_the_number_is_no_proof(fault, move, send, later, vonage, held):
    (operation,) = move(back=True).operations
    vonage.faults.add(Rule("drop-after", "POST", "/transfer-number"))
    send(operation)
    vonage.faults.add(Rule(fault, "GET", "/account/numbers"))
    assert settle(later, operation).state == State.UNKNOWN
    assert settle(later, operation).state == State.SUCCEEDED


def test_number_that_is_nowhere_needs_a_person_once_no_list_can_be_old(
    move, send, later, vonage, held, times
):
    (operation,) = move().operations
    with vonage.state.change("sold") as draft:
        draft.put(vonage.state.store.numbers, DIGITS, None)
    later(times.visible + 1)
    assert send(operation).state == State.READY, "looked first, and saw it nowhere"
    assert not operation.attempts.exclude(wire_at=None).exists()
    assert settle(later, lost(operation)).state == State.NEEDS_HUMAN


def test_number_that_is_nowhere_does_not_wait_for_ever(move, send, later, vonage, held, times):
    (operation,) = move().operations
    with vonage.state.change("sold") as draft:
        draft.put(vonage.state.store.numbers, DIGITS, None)
    later(times.settle + 1)
    assert send(operation).state == State.NEEDS_HUMAN


def lost(operation):
    """Let the operation be one whose answer was lost a moment ago."""
    with transaction.atomic():
        steps.step(operation, State.SENDING)
        steps.step(operation, State.UNKNOWN, **first_look(timezone.now()))
    return operation


def test_number_that_is_there_already_counts_as_moved(
    move, send, later, vonage, held, sub, owner_of
):
    (operation,) = move().operations
    number = vonage.state.store.numbers.rows[DIGITS]
    with vonage.state.change("moved elsewhere") as draft:
        draft.put(
            vonage.state.store.numbers,
            DIGITS,
            number.__class__(**{**vars_of(number), "owner": sub.api_key}),
        )
    assert send(operation).state == State.UNKNOWN
    assert settle(later, operation).state == State.SUCCEEDED


def vars_of(record):
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def test_refusal_is_in_the_words_of_vonage(move, send, vonage, sub):
    (operation,) = move().operations
    with vonage.state.change("sold") as draft:
        draft.put(vonage.state.store.numbers, DIGITS, None)
    assert send(operation).state == State.REJECTED
    assert "ShortCode not found" in operation.detail


def test_reading_that_began_before_a_move_does_not_undo_it(move, send, primary, sub, vonage):
    before = timezone.now()
    (operation,) = move().operations
    listed = _listed(vonage)
    send(operation)
    reading.keep(primary, listed, before)
    assert Number.objects.get().account == sub


def test_reading_while_the_outcome_is_open_loses_no_number(
    move, send, later, primary, sub, vonage, held
):
    (operation,) = move().operations
    vonage.faults.add(Rule("drop-after", "POST", "/transfer-number"))
    send(operation)
    reading.read(primary)
    assert Number.objects.get().account == primary, "nobody knows yet that it has left"
    settle(later, operation)
    moved = Number.objects.get()
    assert (moved.account, moved.type) == (sub, "mobile-lvn")
    reading.read(primary)
    assert Number.objects.get() == moved


def _listed(vonage):
    from vonage_api import Credentials, Hosts, VonageClient

    with VonageClient(
        credentials=Credentials(api_key=vonage.api_key, api_secret=vonage.api_secret),
        hosts=Hosts(api=vonage.url, rest=vonage.url),
    ) as client:
        return list(client.numbers.all_owned())


def test_suspended_account_gets_none(move, sub):
    from accounts.models import Account

    Account.objects.filter(pk=sub.pk).update(suspended=True)
    sub.refresh_from_db()
    asked = move()
    assert "is suspended" in asked.refused[0].objection


def test_from_one_subaccount_to_another_takes_two_steps(actor, sub, primary, give, held):
    from accounts.models import Account

    other = Account.objects.create(
        workspace=sub.workspace,
        api_key="other001",
        name="Other",
        listing_key="other",
        shares_balance=True,
        created_at=timezone.now(),
        first_seen_at=timezone.now(),
    )
    give(sub)
    reading.read(sub)
    asked = moving.ask(actor, list(Number.objects.all()), other, token="x")
    assert "two steps" in asked.refused[0].objection
