"""`python -m drill`: run the gates, print one line for each, and fail where one does not hold."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drill import mutants, plan, verdict
from drill.changes import plan as changes_plan
from drill.changes import verdict as changes_verdict
from drill.changes.plan import Changes
from drill.plan import ONLY_ON, Campaign
from tools import services

ROOT = Path(__file__).resolve().parent.parent
KEY, SECRET = "d0d0d0d0", "Dr1llSecretOfTheSimulator"
SUBACCOUNTS = 24
GATES: dict[str, Campaign | Changes] = {**plan.GATES, **changes_plan.GATES}


def main() -> int:
    """Run what was asked for; return 0 where every gate holds."""
    options = _options()
    failed = 0
    if "G5" in options.gate:
        failed += _mutants()
        options.gate.remove("G5")
    for database in options.db:
        for seed in options.seeds:
            for gate in (each for each in options.gate if ONLY_ON.get(each, database) == database):
                line, faults = _run(gate, database, seed, is_short=options.short)
                print(line, flush=True)
                for fault in faults:
                    print(f"  {fault}", flush=True)
                if faults:
                    print(f"  again: {_again(gate, database, seed, is_short=options.short)}")
                failed += bool(faults)
    return 1 if failed else 0


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


def _mutants() -> bool:
    """Run G5, print its line, and return whether it failed."""
    faults = mutants.run()
    print(f"gate=G5 mutants={len(mutants.MUTANTS)} survived={len(faults)}", flush=True)
    for fault in faults:
        print(f"  {fault}", flush=True)
    return bool(faults)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drill", description=__doc__)
    add = parser.add_argument
    choices = sorted([*GATES, "G5"])
    add("--gate", action="append", choices=choices, help="only this one (all)")
    add("--db", action="append", choices=("sqlite", "postgresql"), help="only this one (both)")
    add("--seed", action="append", dest="seeds", help="the seed (1)")
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
