"""The drill still runs and still holds, small: the whole of it is `make drill`."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from drill.plan import GATES, short
from drill.verdict import faults_of, line_of

ROOT = Path(__file__).parents[2]
GOOD = {
    **dict.fromkeys(("doubled", "lost", "hidden", "stuck", "unfound"), 0),
    "transfers": 120,
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


@pytest.mark.start
@pytest.mark.timeout(300)
def test_campaign_with_faults_and_kills_holds():
    command = (sys.executable, "-m", "drill", "--short", "--gate", "G8", "--db", "sqlite")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    line = done.stdout.splitlines()[-1]
    assert line.startswith("gate=G8 db=sqlite seed=1 transfers=120 ")
    assert line.endswith("doubled=0 lost=0 hidden=0 stuck=0 unfound=0 broken=0")
    assert int(re.search(r"faulted=(\d+)", line)[1]) > 20
    assert int(re.search(r"kills=(\d+)", line)[1]) >= 1


@pytest.mark.parametrize("figure", ["doubled", "lost", "hidden", "stuck", "unfound"])
def test_one_of_these_fails_the_gate(figure):
    plan = short(GATES["G1"])
    assert faults_of(plan, GOOD) == []
    assert faults_of(plan, {**GOOD, figure: 1}) == [f"{figure} is 1"]
    assert f"{figure}=1" in line_of(plan, "sqlite", "1", {**GOOD, figure: 1})


@pytest.mark.parametrize(
    "seen",
    [
        {"transfers": 100},
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
