"""A wrong clock is said, a very wrong one stops money, and a machine that slept has none."""

import pytest

from operations.models import Finding, Lane
from operations.services.sending import run
from operations.states import State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def set_clock(vonage):
    """Let Vonage's clock be wrong by so many seconds."""

    return lambda seconds: vonage.state.switch(clock_offset=seconds)


@pytest.mark.parametrize("offset", [-90, 90])
def test_clock_that_is_wrong_is_said(offset, ask, send, set_clock):
    set_clock(offset)
    assert send(ask()).state == State.SUCCEEDED
    assert Finding.objects.filter(kind=Finding.Kind.SKEW).exists()
    assert Lane.objects.get().halt == ""


@pytest.mark.parametrize("offset", [-400, 400])
def test_clock_that_is_very_wrong_stops_money(offset, ask, send, set_clock):
    set_clock(offset)
    send(ask())
    assert Lane.objects.get().halt == Lane.Halt.CLOCK


def test_machine_that_slept_behind_the_answer_has_no_wrong_clock(ask, send, later, monkeypatch):
    real = run._send

    def slowly(*args):
        outcome = real(*args)
        later(400)
        return outcome

    monkeypatch.setattr(run, "_send", slowly)
    assert send(ask()).state == State.SUCCEEDED
    assert not Finding.objects.filter(kind=Finding.Kind.SKEW).exists()
    assert Lane.objects.get().halt == ""
