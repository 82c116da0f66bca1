"""The bench itself still runs: small, and only the goals that exercise its parts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOALS = "1,5,11,13,14"


@pytest.mark.start
@pytest.mark.timeout(600)
def test_bench_measures_and_prints(tmp_path):
    out = tmp_path / "figures.json"
    command = (sys.executable, "-m", "bench", "--quick", "--database", "sqlite")
    done = subprocess.run(
        (*command, "--goals", GOALS, "--markdown", "--out", out),
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    goals = json.loads(out.read_text())["goals"]
    assert {str(each["goal"]) for each in goals} >= set(GOALS.split(","))
    figures = [figure for goal in goals for figure in goal["figures"]]
    assert len(figures) > len(goals)
    assert all(each["value"] >= 0 for each in figures)
    assert "### 1. " in done.stdout
