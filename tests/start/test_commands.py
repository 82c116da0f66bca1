import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _output(*command: str) -> str:
    # A make around the tests must not speak to the one inside.
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return done.stdout


def test_help_lists_every_command_of_the_makefile() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets
    listed = re.findall(r"^  (\w+) ", _output("./run", "help"), re.MULTILINE)
    assert sorted(listed) == sorted(targets[1].split())
    assert len(listed) >= 8


@pytest.mark.parametrize("arguments", [("demo",), ("run", "LIVE=1"), ("test", "ARGS=-k some")])
def test_make_asks_its_twin(arguments: tuple[str, ...]) -> None:
    expected = {
        ("demo",): "./run demo",
        ("run", "LIVE=1"): "./run run --live",
        ("test", "ARGS=-k some"): "./run test -k some",
    }
    assert _output("make", "--dry-run", *arguments).split() == expected[arguments].split()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ""),
        (["--live"], "--live"),
        (["demo"], "--demo"),
        (["run", "--demo", "--live"], "--demo --live"),
    ],
)
def test_run_hands_its_options_on(arguments: list[str], expected: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    said = subprocess.run(
        ["/bin/sh", ROOT / "run", *arguments],
        env={"PYTHON": str(python), "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert said.split() == ["bootstrap.py", *expected.split()]


def test_an_unknown_command_is_answered_with_the_list() -> None:
    done = subprocess.run(
        [ROOT / "run", "dance"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 2
    assert 'There is no command "dance".' in done.stderr
    assert "  check " in done.stderr


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_scripts_are_executable_and_readable_by_their_shell(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111 == 0o111
    shell = path.read_text().splitlines()[0].removeprefix("#!").split()[-1]
    subprocess.run([shutil.which(shell) or shell, "-n", path], check=True)
