import hashlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from tools.setup.failures import SetupError
from tools.setup.steps import Steps

_LOCKED = ("--require-hashes", "--only-binary", ":all:")


class Environment:
    """The virtual environment of a checkout, filled from its lock files by hash."""

    def __init__(self, root: Path) -> None:
        self._locks = root / "requirements"
        self._folder = root / ".venv"
        self.python = self._folder / "bin" / "python"

    def install(self, group: str, steps: Steps) -> None:
        """Make the environment hold ``requirements/GROUP.txt``; do nothing where it does."""
        if self._is_current(group):
            return
        if not os.access(self.python, os.X_OK):
            make_environment(self._folder, steps)
        install_locked(self.python, self._locks / f"{group}.txt", steps)
        self._stamp(group).write_text(self._fingerprint(group))

    def _is_current(self, group: str) -> bool:
        # A stamp may outlive a Python that was removed: then .venv/bin/python leads nowhere.
        stamp = self._stamp(group)
        if not (os.access(self.python, os.X_OK) and stamp.exists()):
            return False
        return stamp.read_text() == self._fingerprint(group)

    def _stamp(self, group: str) -> Path:
        return self._folder / f"{group}.installed"

    def _fingerprint(self, group: str) -> str:
        return hashlib.sha256((self._locks / f"{group}.txt").read_bytes()).hexdigest()


def make_environment(folder: Path, steps: Steps) -> None:
    """Make an empty virtual environment with pip in ``folder``; what was there is removed."""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            "Python's module venv is missing. Install it (Debian, Ubuntu: "
            f"apt install python{version}-venv) and start again."
        )
    steps.run(
        f"Making the Python environment {folder}", [sys.executable, "-m", "venv", "--clear", folder]
    )


def install_locked(python: Path, lock: Path, steps: Steps) -> None:
    """Install the packages of ``lock``: by hash, ready-made only. With uv where it is there.

    pip is the second try after a failed uv, because it knows settings that uv does not read.
    """
    title = f"Installing the Python packages of {lock.name}"
    if uv := shutil.which("uv"):
        try:
            steps.run(title, [uv, "pip", "install", "--python", python, *_LOCKED, "-r", lock])
        except SetupError:
            steps.say("  uv failed, trying pip")
        else:
            return
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    steps.run(title, [python, "-m", "pip", "install", *quiet, *_LOCKED, "-r", lock])
