import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.setup.failures import SetupError, advice

_TAIL = 4000  # characters of a program's output that are searched for a known failure


class Steps:
    """Runs programs one after the other: progress to the person, details into the log file."""

    def __init__(self, *, log: Path, say: Callable[[str], None]) -> None:
        self._log = log
        self.say = say

    def run(
        self, title: str, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None
    ) -> None:
        """Run ``command`` to its end. Raises `SetupError` when it fails or cannot be started."""
        self.say(f"{title} ...")
        began = time.monotonic()
        output = self._logged(command, {**os.environ, **(env or {})})
        if output is not None:
            known = advice(output) or f"{Path(command[0]).name} failed"
            raise SetupError(f"{title}: {known}. Details: {self._log}")
        self.say(f"  done in {time.monotonic() - began:.0f} s")

    def _logged(self, command: Sequence[str | Path], env: Mapping[str, str]) -> str | None:
        """Return None after a success, else the end of what the program printed."""
        with self._log.open("a+", encoding="utf-8", errors="replace") as log:
            print("$", *command, file=log, flush=True)
            start = log.tell()
            try:
                done = subprocess.run(
                    command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
                )
            except OSError as error:
                return f"{command[0]}: {error.strerror}"
            log.seek(start)
            return log.read()[-_TAIL:] if done.returncode else None
