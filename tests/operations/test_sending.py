from decimal import Decimal

import pytest

from operations.models import Attempt, Lane, Notice, Transition
from operations.states import State
from simulator.faults import Rule
from subaccounts.models import RemoteTransfer

pytestmark = pytest.mark.django_db(transaction=True)


def made(vonage):
    return vonage.state.store.all(vonage.state.store.transfers)


def strike(vonage, fault, times=1, method="POST", path="-transfers"):
    vonage.faults.add(Rule(fault, method, path, times=times))


def test_transfer_is_made_once_and_carries_our_reference(ask, send, vonage, sub):
    operation = send(ask("2.50"))
    [transfer] = made(vonage)
    assert operation.state == State.SUCCEEDED
    assert (transfer.reference, transfer.amount) == (operation.reference, Decimal("2.50"))
    assert operation.remote_id == transfer.id
    kept = RemoteTransfer.objects.get(remote_id=transfer.id)
    assert (kept.operation, kept.account) == (operation, sub)


def test_what_is_done_is_not_sent_again(ask, send, vonage):
    operation = send(ask())
    send(operation)
    assert len(made(vonage)) == 1


def test_refusal_is_kept_in_the_words_of_vonage(ask, send, vonage):
    operation = send(ask("5000"))
    assert operation.state == State.REJECTED
    assert "Insufficient Credit" in operation.detail
    assert made(vonage) == []


@pytest.mark.parametrize(
    "fault", ["drop-after", "hang-after", "500-after", "html-after", "cut", "307-self", "301-self"]
)
def test_lost_answer_is_unknown_and_never_sent_again(fault, ask, send, vonage, later):
    strike(vonage, fault)
    operation = send(ask())
    assert operation.state == State.UNKNOWN
    later(30)
    send(operation)
    assert len(made(vonage)) == 1


def test_unknown_is_settled_by_the_list(ask, send, vonage, later):
    from django.utils import timezone

    from operations.services.settling import settle_due

    strike(vonage, "drop-after")
    operation = send(ask())
    later(6)
    assert settle_due(timezone.now()) == 1
    operation.refresh_from_db()
    assert (operation.state, operation.resolution) == (State.SUCCEEDED, "look")
    assert operation.remote_id == made(vonage)[0].id


def test_absent_is_not_executed_after_three_good_lists_behind_the_settle_time(
    ask, send, vonage, later
):
    from django.utils import timezone

    from operations.services.settling import settle_due

    send(ask("1"))
    strike(vonage, "drop-before")
    operation = send(ask("2"))
    assert settle_due(timezone.now()) == 0
    later(5)
    for _ in range(3):
        operation.refresh_from_db()
        assert operation.state == State.UNKNOWN
        settle_due(timezone.now())
        later(1)
    operation.refresh_from_db()
    assert operation.state == State.NOT_EXECUTED


def test_refused_connection_leaves_nothing_and_is_tried_again(ask, send, vonage, later, settings):
    operation = ask()
    there = settings.VONAGE_HOSTS
    from accounts.models import Connection

    settings.VONAGE_HOSTS = ("http://127.0.0.1:9", "http://127.0.0.1:9")
    Connection.objects.update(api_host="http://127.0.0.1:9")
    Lane.objects.update(audited_at="2100-01-01T00:00Z")
    send(operation)
    attempt = Attempt.objects.get()
    assert (operation.state, attempt.outcome, attempt.wire_at) == (State.READY, "not_sent", None)
    settings.VONAGE_HOSTS = there
    Connection.objects.update(api_host=there[0])
    later(1)
    assert send(operation).state == State.SUCCEEDED
    assert [each.outcome for each in Attempt.objects.order_by("n")] == ["not_sent", "ok"]


def test_each_step_is_written_down_and_people_are_told(ask, send):
    operation = send(ask())
    steps = Transition.objects.filter(operation=operation).order_by("version")
    assert [(each.version, each.start, each.end) for each in steps] == [
        (1, "", "ready"),
        (2, "ready", "sending"),
        (3, "sending", "succeeded"),
    ]
    assert Notice.objects.filter(operation=operation).count() == 1


def test_throttled_is_tried_again_after_looking(ask, send, vonage, later):
    strike(vonage, "429-past")
    operation = send(ask())
    assert (operation.state, Attempt.objects.get().outcome) == (State.READY, "turned_away")
    later(1)
    assert send(operation).state == State.SUCCEEDED
    assert len(made(vonage)) == 1


def test_cents_arrive_exactly(ask, send, vonage):
    send(ask("0.29"))
    assert [each.amount for each in made(vonage)] == [Decimal("0.29")]


@pytest.fixture
def unknown(ask, send, vonage):
    """A transfer of which nobody knows what became of it, beside one that is known."""
    send(ask("1"))
    strike(vonage, "drop-before")
    operation = send(ask("2"))
    assert operation.state == State.UNKNOWN
    return operation


def look(operation):
    """Look now, whenever the next look is due; return the operation as it is then."""
    from operations.services.settling import look_at

    operation.refresh_from_db()
    look_at([operation])
    operation.refresh_from_db()
    return operation


def test_absence_counts_only_behind_the_settle_time(unknown, later):
    for _ in range(4):
        assert look(unknown).settled_looks == 0
    assert unknown.state == State.UNKNOWN
    later(4)
    assert look(unknown).settled_looks == 1


@pytest.mark.parametrize("fault", ["list-empty", "list-stale", "list-500"])
def test_list_that_lacks_a_known_transfer_counts_for_nothing(unknown, later, vonage, fault):
    later(5)
    vonage.faults.stale_s = 60
    strike(vonage, fault, times=3, method="GET")
    assert look(unknown).settled_looks == 0
    vonage.faults.mend()
    assert look(unknown).settled_looks == 1


def test_list_that_is_missing_counts_for_nothing(ask, send, vonage, later):
    strike(vonage, "drop-before")
    operation = send(ask("2"))
    later(5)
    strike(vonage, "list-missing-key", times=3, method="GET")
    assert look(operation).settled_looks == 0
    vonage.faults.mend()
    assert look(operation).settled_looks == 1
