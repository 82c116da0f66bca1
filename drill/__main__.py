"""`python -m drill`: run the gates, print one line for each, and fail where one does not hold."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from drill import mutants, plan, verdict
from drill.changes import plan as changes_plan
from drill.changes import verdict as changes_verdict
from drill.changes.plan import Changes
from drill.plan import ONLY_ON, Campaign
from tools import services

ROOT = Path(__file__).resolve().parent.parent
KEY, SECRET = "d0d0d0d0", "Dr1llSecretOfTheSimulator"
SUBACCOUNTS = 24
MUTANTS = "G5"
ALONE = {"G6", "speed"}
"""They measure how long something takes."""
GATES: dict[str, Campaign | Changes] = {**plan.GATES, **changes_plan.GATES}


def main() -> int:
    """Run what was asked for; return 0 where every gate holds.

    Gates mostly wait, so several run side by side; those that measure time run after them, alone.
    """
    options = _options()
    runs = _runs(options)
    with ThreadPoolExecutor(options.jobs) as pool:
        beside = [pool.submit(_say, run) for run in runs if run.gate not in ALONE]
        failed = sum(each.result() for each in as_completed(beside))
    failed += sum(_say(run) for run in runs if run.gate in ALONE)
    return 1 if failed else 0


class Run(NamedTuple):
    """One gate on one database from one seed; the mutants have neither."""

    gate: str
    database: str = ""
    seed: str = ""
    is_short: bool = False

    @property
    def again(self) -> str:
        """The command that repeats it."""
        return _again(self.gate, self.database, self.seed, is_short=self.is_short)


def _runs(options: argparse.Namespace) -> list[Run]:
    """Return what was asked for, the longest first."""
    runs = [
        Run(gate, database, seed, options.short)
        for seed in options.seeds
        for database in options.db
        for gate in options.gate
        if gate != MUTANTS and ONLY_ON.get(gate, database) == database
    ]
    return [*runs, Run(MUTANTS)] if MUTANTS in options.gate else runs


def _say(run: Run) -> bool:
    """Run it, print what came of it in one piece, and return whether it failed."""
    if run.gate == MUTANTS:
        line, faults = _mutants()
    else:
        line, faults = _run(run.gate, run.database, run.seed, is_short=run.is_short)
    told = [line, *(f"  {fault}" for fault in faults)]
    if faults and run.gate != MUTANTS:
        told.append(f"  again: {run.again}")
    print("\n".join(told), flush=True)
    return bool(faults)


def _run(gate: str, database: str, seed: str, *, is_short: bool) -> tuple[str, list[str]]:
    """Run one gate; return the line about it, and why it does not hold."""
    told = GATES[gate]
    if isinstance(told, Changes):
        told = changes_plan.short(told) if is_short else told
        result = _campaign(told, database, seed)
        if "DRILL_LOUD" in os.environ:
            print(json.dumps(result), file=sys.stderr)
        line = changes_verdict.line_of(told, database, seed, result)
        return line, changes_verdict.faults_of(told, result)
    told = plan.short(told) if is_short else told
    result = _campaign(told, database, seed)
    return verdict.line_of(told, database, seed, result), verdict.faults_of(told, result)


def _mutants() -> tuple[str, list[str]]:
    """Run G5; return its line, and which mutants survived."""
    faults = mutants.run()
    return f"gate={MUTANTS} mutants={len(mutants.MUTANTS)} survived={len(faults)}", faults


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drill", description=__doc__)
    add = parser.add_argument
    choices = sorted([*GATES, MUTANTS])
    add("--gate", action="append", choices=choices, help="only this one (all)")
    add("--db", action="append", choices=("sqlite", "postgresql"), help="only this one (both)")
    add("--seed", action="append", dest="seeds", help="the seed (1)")
    add("--jobs", type=int, default=2, help="so many side by side (%(default)s)")
    add("--short", action="store_true", help="small: to see that everything still runs")
    options = parser.parse_args()
    options.gate = options.gate or choices
    options.db = options.db or ["postgresql", "sqlite"]
    options.seeds = options.seeds or ["1"]
    return options


def _again(gate: str, database: str, seed: str, *, is_short: bool) -> str:
    rest = " --short" if is_short else ""
    return f'make drill ARGS="--gate {gate} --db {database} --seed {seed}{rest}"'


def _campaign(told: Campaign | Changes, database: str, seed: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="drill-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL's own account goes through it
        with (
            _simulator(folder, seed) as (url, admin),
            _database(database, folder) as address,
            _redis(folder, is_wanted=told.broker) as broker,
        ):
            env = {
                **{k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")},
                **services.throw_away_keys(),
                **address,
                **broker,
                "SWITCHBOARD_HOME": str(folder / "home"),
                "VONAGE_API_URL": url,
                "VONAGE_REST_URL": url,
                "DRILL_CAMPAIGN": json.dumps(told.as_json()),
                "DRILL_SEED": seed,
                "DRILL_ADMIN": admin,
                "DRILL_KEY": KEY,
                "DRILL_SECRET": SECRET,
            }
            (folder / "home").mkdir()
            done = subprocess.run(
                (sys.executable, "-m", told.module),
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=None if "DRILL_LOUD" in os.environ else subprocess.DEVNULL,
                text=True,
                check=False,
            )
    last = (done.stdout.splitlines() or [""])[-1]
    return json.loads(last) if done.returncode == 0 and last else {"ended": done.returncode}


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    if kind == "sqlite":
        yield {"DATABASE_URL": ""}
        return
    # Its server may die in between: what was committed has to be there again.
    with services.postgresql(folder, synchronous_commit="on") as address:
        yield {"DATABASE_URL": address}


@contextmanager
def _redis(folder: Path, *, is_wanted: bool) -> Iterator[dict[str, str]]:
    if not is_wanted:
        yield {}
        return
    with services.redis(folder) as address:
        yield {"REDIS_URL": address, "DRILL_REDIS": str(folder / "redis.conf")}


@contextmanager
def _simulator(folder: Path, seed: str) -> Iterator[tuple[str, str]]:
    port, admin = services.free_port(), services.free_port()
    command = (
        *(sys.executable, "-m", "simulator", "--port", str(port), "--admin-port", str(admin)),
        *("--subaccounts", str(SUBACCOUNTS), "--seed", f"drill-{seed}", "--api-key", KEY),
        *("--journal", str(folder / "journal"), "--journal-sync", "never"),
    )
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "SIMULATOR_API_SECRET": SECRET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        services.wait_for_port(admin)
        yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{admin}"
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
