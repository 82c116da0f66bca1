import re
from pathlib import Path

import pytest

from operations.models import Operation
from operations.states import BEGINNINGS, DEAD, HELD, STEPS, TERMINAL, State, may_reach, may_step

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def drawn():
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    return {start: set(re.findall(r"`(\w+)`", ends)) for start, ends in rows}


def test_page_draws_the_table():
    table = {start.value: {end.value for end in ends} for start, ends in STEPS.items()}
    assert drawn() == table
    assert set(table) == set(State.values)


def test_what_may_have_happened_is_never_sent_again():
    for start in State:
        if start not in {State.AWAITING, State.SENDING}:
            assert not may_step(start, State.READY)


def test_every_end_can_still_turn_out_to_have_happened():
    assert all(may_step(end, State.SUCCEEDED) for end in DEAD)
    assert STEPS[State.SUCCEEDED] == frozenset()


def test_states_are_held_or_over_or_wait():
    assert HELD | TERMINAL | {State.AWAITING} == set(State)
    assert set() == HELD & TERMINAL


def test_way_is_legal_from_its_beginning_only():
    assert may_reach([State.READY, State.SENDING, State.UNKNOWN, State.SUCCEEDED])
    assert not may_reach([State.SENDING, State.SUCCEEDED])
    assert not may_reach([State.READY, State.SUCCEEDED])
    assert not may_reach([])
    assert {State.READY, State.AWAITING} == BEGINNINGS


@pytest.mark.django_db
def test_database_knows_the_same_states():
    constraint = next(
        c for c in Operation._meta.constraints if c.name == "operation_state_is_known"
    )
    assert set(dict(constraint.condition.children)["state__in"]) == set(State.values)
