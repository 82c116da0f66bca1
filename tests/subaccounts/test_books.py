from dataclasses import replace

import pytest

from audit.models import Entry
from operations.models import Finding, Installation, Lane, Operation
from operations.references import new_code, new_reference
from operations.states import State
from simulator.faults import Rule
from subaccounts.models import RemoteTransfer

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = "/balance-transfers"


def findings():
    return list(Finding.objects.order_by("pk").values_list("kind", flat=True))


def lane():
    return Lane.objects.get()


@pytest.fixture
def gave_up(ask, send, vonage):
    """A transfer that Vonage carries out when we have long given it up."""
    send(ask("1"))
    vonage.faults.add(Rule("drop-before", "POST", LISTS))
    operation = send(ask("2"))
    assert operation.state == State.UNKNOWN
    Operation.objects.filter(pk=operation.pk).update(state=State.NOT_EXECUTED)
    operation.refresh_from_db()
    return operation


def test_transfer_made_elsewhere_is_kept_and_stops_nothing(audit, elsewhere, sub, primary):
    made = elsewhere(primary.api_key, sub.api_key, "3", reference="from the dashboard")
    assert audit()
    kept = RemoteTransfer.objects.get()
    assert (kept.remote_id, kept.operation, kept.account) == (made.id, None, sub)
    assert (findings(), lane().halt) == ([], "")


def test_transfer_of_an_account_that_the_mirror_met_later_is_named(audit, elsewhere, sub, primary):
    elsewhere(sub.api_key, primary.api_key, "3")
    elsewhere(primary.api_key, sub.api_key, "4", kind="credit")
    assert audit()
    RemoteTransfer.objects.update(account=None)
    assert audit()
    assert {each.account for each in RemoteTransfer.objects.all()} == {sub}


def test_transfer_made_twice_is_found_and_stops_sending(audit, ask, send, vonage):
    vonage.faults.add(Rule("twice", "POST", LISTS))
    operation = send(ask())
    assert operation.state == State.SUCCEEDED
    assert audit()
    assert (findings(), lane().halt) == (["double"], "books")
    waiting = send(ask("9"))
    assert (waiting.state, waiting.attempts.count()) == (State.READY, 0)


def test_late_transfer_corrects_what_was_given_up(audit, gave_up, elsewhere):
    elsewhere(gave_up.from_key, gave_up.to_key, "2", reference=gave_up.reference)
    assert audit()
    gave_up.refresh_from_db()
    assert (gave_up.state, gave_up.resolution) == (State.SUCCEEDED, "late")
    assert (findings(), lane().halt) == (["late"], "books")


def test_late_transfer_of_another_amount_needs_a_person(audit, gave_up, elsewhere):
    elsewhere(gave_up.from_key, gave_up.to_key, "7", reference=gave_up.reference)
    assert audit()
    gave_up.refresh_from_db()
    assert (gave_up.state, findings()) == (State.NEEDS_HUMAN, ["mismatch"])


def test_own_reference_that_nobody_knows_means_that_the_database_is_old(
    audit, elsewhere, sub, primary
):
    reference = new_reference(Installation.current_code())
    elsewhere(primary.api_key, sub.api_key, "3", reference=reference)
    assert audit()
    assert (findings(), lane().halt) == (["orphan"], "rollback")
    assert reference in lane().halt_reason


def test_reference_of_another_installation_is_somebody_elses(audit, elsewhere, sub, primary):
    other = next(code for code in iter(new_code, "") if code != Installation.current_code())
    elsewhere(primary.api_key, sub.api_key, "3", reference=new_reference(other))
    assert audit()
    assert (findings(), lane().halt) == ([], "")


def test_halt_stands_in_the_audit_book_once(audit, ask, send, vonage):
    vonage.faults.add(Rule("twice", "POST", LISTS))
    send(ask())
    audit()
    audit()
    assert Entry.objects.filter(event="workspace:sending:halt").count() == 1


@pytest.mark.parametrize("fault", ["list-empty", "list-missing-key", "list-cut", "list-500"])
def test_list_that_lacks_what_we_know_proves_nothing(fault, audit, ask, send, vonage):
    for amount in ("1", "2", "3", "4"):
        send(ask(amount))
    assert audit()
    before = lane().audited_at
    vonage.faults.add(Rule(fault, "GET", LISTS, times=3))
    assert not audit()
    assert lane().audited_at == before
    assert lane().audit_failures == 1


def test_good_list_lets_a_held_lane_go_on(audit, ask, send, vonage):
    send(ask("1"))
    vonage.faults.refuse_credentials()
    send(ask("2"))
    assert lane().hold == "credentials"
    assert not audit()
    vonage.faults.mend()
    assert audit()
    assert lane().hold == ""


def test_process_sends_nothing_before_it_has_read_the_books(ask, send, vonage, settings, times):
    from operations.services.sending.beginning import begin

    settings.OPERATION_TIMES = replace(times, sweep=100, visible=90, settle=200, keep_ready=300)
    operation = ask()
    begin()
    vonage.faults.add(Rule("list-500", "GET", LISTS, times=3))
    assert send(operation).attempts.count() == 0
    vonage.faults.mend()
    later = send(operation)
    assert later.attempts.count() == 0, "it waits until whatever was sent before is listed"
    assert later.not_before > later.created_at


def test_what_an_older_database_forgot_is_found_before_it_is_sent(
    ask, send, vonage, sub, primary, elsewhere, later
):
    from operations.services.sending.beginning import begin

    operation = ask("2.50")
    elsewhere(primary.api_key, sub.api_key, "2.50", reference=operation.reference)
    begin()
    later(2)
    operation = send(send(operation))
    assert (operation.state, operation.resolution) == (State.SUCCEEDED, "preflight")
    assert len(vonage.state.store.all(vonage.state.store.transfers)) == 1
    assert RemoteTransfer.objects.get().operation == operation
