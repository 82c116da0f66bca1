"""A process of its own for what is to be measured: it does one chore after the other."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from types import TracebackType
from typing import Any, Self

import django

from bench.server import ROOT


class ChoreError(Exception):
    """The process inside failed; its own words are on the console."""


class Inside:
    """A process that does chores: the functions of a module, in the environment given."""

    def __init__(self, module: str, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            (sys.executable, "-m", "bench.inside", module),
            cwd=ROOT,
            env={**os.environ, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def do(self, chore: str, **given: Any) -> Any:
        """Have a chore done and return its result, both in terms of JSON."""
        assert self._process.stdin  # noqa: S101 - a pipe was asked for
        assert self._process.stdout  # noqa: S101 - as above
        self._process.stdin.write(json.dumps([chore, given]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise ChoreError(f"the process inside ended during {chore!r}")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin  # noqa: S101 - as above
        self._process.stdin.close()
        self._process.wait(60)


def main() -> None:
    """Do what the lines of the input say until it ends."""
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        django.setup()
    chores = import_module(sys.argv[1])
    for line in sys.stdin:
        chore, given = json.loads(line)
        print(json.dumps(getattr(chores, chore)(**given)), flush=True)


if __name__ == "__main__":
    main()
