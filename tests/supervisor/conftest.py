import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
SUPERVISED = Path(__file__).with_name("supervised.py")
PATIENCE = 60  # seconds, for a machine that is busy with other tests


@dataclass
class Run:
    """A supervisor in a process of its own, with what it printed so far in a file."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        return self.process.wait(timeout=PATIENCE)

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, self.output
            time.sleep(0.01)

    def until_announced(self) -> None:
        self.until((self.folder / "announced").exists)

    def id_of(self, name: str) -> int:
        """Return the process id that the part wrote into its ready file, or 0."""
        path = self.folder / f"{name}.ready"
        return int(path.read_text().strip() or 0) if path.exists() else 0

    def left(self) -> list[psutil.Process]:
        """Return the parts and their children that still run, known by their environment."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            mark = process.environ().get("READY", "")
            return mark.startswith(str(self.folder)) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*parts: dict[str, Any], **popen: Any) -> Run:
        plan = tmp_path / "plan.json"
        plan.write_text(json.dumps(parts))
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (tmp_path / "output").open("wb") as output:
            streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
            process = subprocess.Popen(
                [sys.executable, SUPERVISED, plan], env=environment, **{**streams, **popen}
            )
        runs.append(Run(tmp_path, process))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()
        for process in run.left():
            with suppress(psutil.NoSuchProcess):  # it ended by itself in this moment
                process.kill()
