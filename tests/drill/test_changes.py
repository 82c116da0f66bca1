"""The gates of secrets and numbers still hold, small, and name whatever is broken."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drill.changes import numbers_judged as numbers
from drill.changes import rotation_judged as rotations
from drill.changes.plan import GATES, short
from drill.changes.points import READING, least_hit
from drill.changes.verdict import NOTHING, faults_of, line_of

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.mark.start
@pytest.mark.timeout(600)
def test_both_hold_small():
    database = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
    gates = [word for gate in GATES for word in ("--gate", gate)]
    command = (sys.executable, "-m", "drill", "--short", "--db", database, *gates)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    lines = dict(re.findall(r"^gate=(\w+) (db=.*)$", done.stdout, re.MULTILINE))
    assert tuple(lines) == tuple(GATES)
    for gate, line in lines.items():
        assert line.endswith(" ".join(f"{name}=0" for name in NOTHING[gate]))
        assert int(re.search(r"faulted=(\d+)", line)[1]) >= 1
        assert int(re.search(r"kills=(\d+)", line)[1]) >= short(GATES[gate]).least_kills


FIRST = rotations.Turned(
    pk=1, key="sub", replaces=True, old_id="old", new_id="new", added="succeeded",
    revoked="succeeded", proved_at=at(2), end="done",
)  # fmt: skip
MADE = rotations.Deed("sub", "new", is_new=True, at=at(1))
REVOKED = rotations.Deed("sub", "old", is_new=False, at=at(3))
TURNED = rotations.Seen(
    rotations=[FIRST],
    deeds=[MADE, REVOKED],
    live={"sub": ["new"]},
    doors=[rotations.Door("connection", "primary", opens=True)],
    leaked=[],
)


def wrong_with(seen, judged, gate):
    figures = judged.weighed(seen)
    return {name for name in NOTHING[gate] if figures[name]}


def test_rotation_that_kept_all_promises_is_right():
    assert wrong_with(TURNED, rotations, "rotation") == set()
    waits = FIRST._replace(revoked="", end="people")
    seen = TURNED._replace(rotations=[waits], deeds=[MADE], live={"sub": ["old", "new"]})
    assert wrong_with(seen, rotations, "rotation") == set()
    lost = FIRST._replace(
        new_id="", added="not_executed", revoked="", proved_at=None, end="stopped"
    )
    seen = TURNED._replace(rotations=[lost], deeds=[], live={"sub": ["old"]})
    assert wrong_with(seen, rotations, "rotation") == set()


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"live": {"sub": []}}, "locked_out"),
        ({"doors": [rotations.Door("connection", "primary", opens=False)]}, "locked_out"),
        ({"doors": [rotations.Door("rotation 1", "sub", opens=False)]}, "locked_out"),
        ({"deeds": [MADE, MADE._replace(secret_id="more"), REVOKED]}, "doubled"),
        ({"live": {"sub": ["old", "new"]}, "deeds": [MADE]}, "lost"),
        ({"live": {"sub": ["other"]}}, "lost"),
        ({"deeds": [REVOKED]}, "lost"),
        ({"rotations": [FIRST._replace(new_id="")]}, "lost"),
        (
            {"rotations": [FIRST._replace(added="not_executed", revoked="", end="stopped")]},
            "hidden",
        ),
        ({"rotations": [FIRST._replace(revoked="not_executed", end="stopped")]}, "hidden"),
        ({"deeds": [MADE, REVOKED, REVOKED._replace(secret_id="theirs")]}, "unproved"),
        ({"deeds": [MADE, REVOKED._replace(at=at(1.5))]}, "unproved"),
        ({"rotations": [FIRST._replace(proved_at=None)]}, "unproved"),
        ({"rotations": [FIRST._replace(end="open")]}, "stuck"),
        ({"leaked": ["operations_operation"]}, "leaked"),
    ],
)
def test_broken_promise_of_a_rotation_is_named(broken, name):
    assert name in wrong_with(TURNED._replace(**broken), rotations, "rotation")


THERE = numbers.Move("SB1", "44", "primary", "sub", "sub", "succeeded", at(0), at(2))
BACK = numbers.Move("SB2", "44", "sub", "primary", "sub", "succeeded", at(3), at(5))
WENT = numbers.Deed("44", "primary", "sub", at(1))
CAME = numbers.Deed("44", "sub", "primary", at(4))
MOVED = numbers.Seen(
    moves=[THERE, BACK],
    deeds=[WENT, CAME],
    owners={"44": "primary"},
    mirror={"44": ["primary"]},
    readable={"sub"},
)


def test_moves_that_kept_all_promises_are_right():
    assert wrong_with(MOVED, numbers, "numbers") == set()
    for deeds, owner in (([WENT], "sub"), ([WENT, CAME], "primary")):
        seen = MOVED._replace(
            moves=[THERE, BACK._replace(state="needs_human", closed_at=None)],
            deeds=deeds,
            owners={"44": owner},
            mirror={"44": ["sub"]},
            readable=set(),
        )
        assert wrong_with(seen, numbers, "numbers") == set()


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"owners": {"44": None}}, "owners_wrong"),
        ({"owners": {"44": "sub"}}, "owners_wrong"),
        ({"mirror": {"44": ["primary", "sub"]}}, "owners_wrong"),
        ({"mirror": {}}, "owners_wrong"),
        ({"deeds": [WENT]}, "lost"),
        ({"deeds": [CAME._replace(at=at(1)), WENT._replace(at=at(4))]}, "lost"),
        ({"deeds": [WENT, CAME._replace(at=at(2.5))]}, "lost"),
        ({"moves": [THERE, BACK._replace(state="not_executed")]}, "hidden"),
        ({"moves": [THERE, BACK._replace(state="rejected")]}, "hidden"),
        ({"deeds": [WENT, CAME, WENT._replace(at=at(6))]}, "hidden"),
        ({"moves": [THERE, BACK._replace(asked_at=at(1.5))]}, "together"),
        ({"moves": [THERE, BACK._replace(state="needs_human", closed_at=None)]}, "needless"),
        ({"moves": [THERE, BACK._replace(state="unknown", closed_at=None)]}, "stuck"),
    ],
)
def test_broken_promise_of_a_move_is_named(broken, name):
    assert name in wrong_with(MOVED._replace(**broken), numbers, "numbers")


GOOD = {
    gate: {
        **dict.fromkeys(NOTHING[gate], 0),
        **dict.fromkeys(
            ("moves", "done", "stopped", "people", "own", "doors", "good", "halts"), 100
        ),
        "wrong": [],
        "asked": 150,
        "writes": 150,
        "faults": {"drop-after": 60, "list-500": 9},
        "kills": 60,
        "points": dict.fromkeys([*(f"R{n}" for n in range(1, 9)), "N1", "N2", "N3"], 1),
        "died": [],
        "seconds": 1.0,
    }
    for gate in GATES
}


@pytest.mark.parametrize("gate", GATES)
def test_one_of_these_fails_the_gate(gate):
    for plan in (GATES[gate], short(GATES[gate])):
        assert faults_of(plan, GOOD[gate]) == []
        for name in NOTHING[gate]:
            assert faults_of(plan, {**GOOD[gate], name: 1}) == [f"{name} is 1"]
            assert f" {name}=1" in line_of(plan, "sqlite", "1", {**GOOD[gate], name: 1})


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize(
    "seen",
    [
        {"asked": 3},
        {"good": 1},
        {"faults": {"list-500": 60}},
        {"kills": 1},
        {"died": ["a worker died of a fault of ours"]},
    ],
)
def test_run_that_saw_too_little_or_broke_fails(gate, seen):
    for plan in (GATES[gate], short(GATES[gate])):
        assert faults_of(plan, {**GOOD[gate], **seen})


@pytest.mark.parametrize("seen", [{"own": 0}, {"doors": 0}])
def test_rotations_without_the_own_secret_or_without_a_try_prove_nothing(seen):
    assert faults_of(GATES["rotation"], {**GOOD["rotation"], **seen})


@pytest.mark.parametrize("gate", GATES)
def test_every_point_is_demanded_of_the_whole(gate):
    assert faults_of(GATES[gate], {**GOOD[gate], "points": {}})
    assert (
        faults_of(replace(GATES[gate], least_of_each_point=0), {**GOOD[gate], "points": {}}) == []
    )


def test_next_to_die_is_where_fewest_have_died(tmp_path):
    told = tmp_path / "crashed"
    assert least_hit(READING, told) == READING
    told.write_text("N1\nK3\nN3\n")
    assert [*least_hit(READING, told)] == ["N2"]
    told.write_text("N1\nN2\nN3\nN3\n")
    assert [*least_hit(READING, told)] == ["N1", "N2"]


def test_run_that_breaks_off_is_unknown_and_fails():
    plan = GATES["rotation"]
    assert "result=unknown" in line_of(plan, "sqlite", "1", {"ended": 1})
    assert faults_of(plan, {"ended": 1})
