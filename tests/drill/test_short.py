"""The drill still runs and still holds, small: the whole of it is `make drill`."""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from drill.__main__ import _again, _options
from drill.plan import GATES, Campaign, short
from drill.verdict import BEFALLEN, UNKNOWABLE, faults_of, line_of

ROOT = Path(__file__).parents[2]
GOOD = {
    **dict.fromkeys(("doubled", "lost", "hidden", "stuck", "unfound"), 0),
    "transfers": 118,
    "asked": 120,
    "refused": 2,
    "succeeded": 110,
    "posts": 100,
    "faults": {"drop-after": 40},
    "kills": 9,
    "pauses": 0,
    "restores": 0,
    "restarts": 0,
    "died": [],
    "befallen": [],
    "slowest": 0,
    "halts": 0,
    "points": {},
    "by_vonage": 0,
    "broken": [],
    "adds_up": True,
    "seconds": 1.0,
}


IN_SHORT = {"sqlite": ("G2", "G4", "G8", "G9"), "postgresql": ("G1", "G4", "G7")}
"""What `make test` runs small, in less than a minute; G3 and G6 take their time by nature."""


@pytest.mark.start
@pytest.mark.timeout(600)
def test_campaigns_hold_small():
    database = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
    gates = [word for gate in IN_SHORT[database] for word in ("--gate", gate)]
    command = (sys.executable, "-m", "drill", "--short", "--db", database, *gates)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    lines = dict(re.findall(r"^gate=(\w+) (db=.*)$", done.stdout, re.MULTILINE))
    assert tuple(lines) == IN_SHORT[database]
    assert lines.pop("G9", "result=unknown").endswith("result=unknown")
    for line in lines.values():
        assert line.endswith("doubled=0 lost=0 hidden=0 stuck=0 unfound=0 broken=0")
        assert int(re.search(r"faulted=(\d+)", line)[1]) > 3
        told = re.search(r"kills=(\d+) .* restarts=(\d+)", line)
        assert int(told[1]) + int(told[2]) >= 1


@pytest.mark.parametrize(
    ("plan", "seen"),
    [
        (Campaign("G4", 120, restores=2), {"restores": 2, "halts": 1}),
        (Campaign("G4", 120, restores=2), {"restores": 1, "halts": 2}),
        (Campaign("G7", 120, restarts=3), {"restarts": 2}),
        (Campaign("G6", 120, broker=True), {"befallen": ["hung"], "slowest": 1.0}),
        (Campaign("G6", 120, broker=True), {"befallen": [*BEFALLEN], "slowest": 0}),
        (Campaign("G6", 120, broker=True), {"befallen": [*BEFALLEN], "slowest": 3.1}),
        (Campaign("G9", 120, blind=True), {}),
        (Campaign("G1", 120), {"died": ["a sender died of a fault of ours"]}),
    ],
)
def test_accident_that_did_not_happen_or_was_not_survived_fails_the_gate(plan, seen):
    assert faults_of(plan, {**GOOD, **seen})


def test_nothing_is_claimed_where_nothing_can_be_read():
    assert faults_of(Campaign("G9", 120, blind=True), {"ended": UNKNOWABLE}) == []
    assert faults_of(Campaign("G8", 120), {"ended": UNKNOWABLE})
    assert faults_of(Campaign("G9", 120, blind=True), {"ended": 1}), "it broke, and saw nothing"


@pytest.mark.parametrize("seed", ["1", "17"])
def test_printed_command_repeats_the_run(seed, monkeypatch):
    again = shlex.split(_again("G2", "sqlite", seed, is_short=True))
    assert again[:2] == ["make", "drill"]
    monkeypatch.setattr(sys, "argv", ["drill", *shlex.split(again[2].removeprefix("ARGS="))])
    options = _options()
    assert (options.gate, options.db, options.seeds) == (["G2"], ["sqlite"], [seed])
    assert options.short


@pytest.mark.parametrize("figure", ["doubled", "lost", "hidden", "stuck", "unfound"])
def test_one_of_these_fails_the_gate(figure):
    plan = short(GATES["G1"])
    assert faults_of(plan, GOOD) == []
    assert faults_of(plan, {**GOOD, figure: 1}) == [f"{figure} is 1"]
    assert f"{figure}=1" in line_of(plan, "sqlite", "1", {**GOOD, figure: 1})


@pytest.mark.parametrize(
    "seen",
    [
        {"asked": 50},
        {"succeeded": 50},
        {"faults": {"drop-after": 5}},
        {"kills": 0},
        {"adds_up": False},
        {"broken": ["I6 SB"]},
    ],
)
def test_run_that_saw_too_little_or_something_else_fails(seen):
    assert faults_of(short(GATES["G1"]), {**GOOD, **seen})


def test_every_crash_point_and_every_fault_is_demanded_of_the_whole():
    demands = faults_of(replace(GATES["G1"], transfers=120), GOOD)
    assert any("K4b was hit" in each for each in demands)
    assert any("drop-after struck 40 times" in each for each in demands)


def test_campaign_that_breaks_off_is_unknown_and_fails():
    plan = short(GATES["G1"])
    assert "result=unknown" in line_of(plan, "sqlite", "1", {"ended": 1})
    assert faults_of(plan, {"ended": 1})
