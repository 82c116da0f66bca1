import pytest
from django.utils import timezone

from operations.models import Attempt, Draft
from operations.services.sending.claim import claim
from operations.services.sending.fence import cross
from operations.services.sending.record import record
from operations.services.sweeping import end_overdue, sweep
from operations.states import State
from vonage_api.errors import Refused
from vonage_api.outcomes import Heard, Ok, Rejected

pytestmark = pytest.mark.django_db(transaction=True)

HEARD = Heard(status=200)


@pytest.fixture
def claimed(ask):
    taken = claim(ask().pk, timezone.now())
    assert taken is not None
    return taken


def state(claimed):
    claimed.operation.refresh_from_db()
    return claimed.operation.state


def test_attempt_under_way_is_left_alone(claimed):
    assert sweep(timezone.now()) == 0
    assert state(claimed) == State.SENDING


def test_attempt_that_died_before_the_fence_is_tried_again(claimed, later):
    later(4)
    assert sweep(timezone.now()) == 1
    assert state(claimed) == State.READY
    assert Attempt.objects.get().outcome == "not_sent"


def test_process_that_comes_back_after_the_sweep_does_not_pass_the_fence(claimed, later):
    later(4)
    sweep(timezone.now())
    assert not cross(claimed.attempt.pk, claimed.operation.workspace_id)


def test_attempt_that_died_behind_the_fence_is_unknown_and_never_ready(claimed, later):
    assert cross(claimed.attempt.pk, claimed.operation.workspace_id)
    later(4)
    assert sweep(timezone.now()) == 1
    assert state(claimed) == State.UNKNOWN


def test_fence_is_passed_once(claimed):
    workspace_id = claimed.operation.workspace_id
    assert cross(claimed.attempt.pk, workspace_id)
    assert not cross(claimed.attempt.pk, workspace_id)


def test_halt_keeps_the_first_byte_from_leaving(claimed):
    from operations.models import Lane
    from operations.services import lanes

    lanes.halt(claimed.operation.workspace_id, Lane.Halt.PERSON, reason="Stop.")
    assert not cross(claimed.attempt.pk, claimed.operation.workspace_id)


def test_answer_that_comes_after_the_sweep_still_counts(claimed, later):
    cross(claimed.attempt.pk, claimed.operation.workspace_id)
    later(4)
    sweep(timezone.now())
    refused = Rejected(error=Refused(status=403, title="No", detail="No money"), heard=HEARD)
    record(claimed, refused)
    assert state(claimed) == State.REJECTED


def test_answer_is_not_recorded_for_an_attempt_that_was_given_up_unsent(claimed, later):
    later(4)
    sweep(timezone.now())
    record(claimed, Ok(value=None, heard=HEARD))
    assert state(claimed) == State.READY
    assert Attempt.objects.get().outcome == "not_sent"


def test_what_waited_too_long_expires(ask, later):
    operation = ask()
    later(61)
    assert end_overdue(timezone.now()) == 1
    operation.refresh_from_db()
    assert operation.state == State.EXPIRED


def test_drafts_that_nobody_confirmed_are_thrown_away(draft, later):
    draft()
    later(3601)
    end_overdue(timezone.now())
    assert not Draft.objects.exists()
