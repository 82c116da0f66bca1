"""Supervise the parts that the JSON file in the first argument describes, like `manage.py up`."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from dashboard.supervisor.console import Console
from dashboard.supervisor.keeper import Patience
from dashboard.supervisor.part import Part, Probe
from dashboard.supervisor.supervisor import Supervisor


def _exists(path: Path) -> Probe:
    async def probe() -> bool:
        return path.exists()  # noqa: ASYNC240 (a local file, in a test)

    return probe


def _part(folder: Path, told: dict[str, str | float]) -> Part:
    name = str(told["name"])
    return Part(
        name=name,
        argv=("/bin/sh", "-c", str(told["script"])),
        env={"READY": str(folder / f"{name}.ready")},
        ready=_exists(folder / f"{name}.ready"),
        death_signal=signal.Signals[str(told.get("death_signal", "SIGTERM"))],
        grace=float(told.get("grace", 5)),
        ready_within=float(told.get("ready_within", 5)),
    )


async def _announce(folder: Path, console: Console) -> None:
    (folder / "announced").touch()
    console.say("announced")


async def _main(folder: Path, parts: list[Part]) -> int:
    console = Console()
    patience = Patience(back_off=(0.05, 0.1, 0.15), period=10)
    supervisor = Supervisor(parts, console=console, patience=patience)
    return await supervisor.run(announce=lambda: _announce(folder, console))


PLAN = Path(sys.argv[1])
PARTS = [_part(PLAN.parent, told) for told in json.loads(PLAN.read_text())]
sys.exit(asyncio.run(_main(PLAN.parent, PARTS)))
