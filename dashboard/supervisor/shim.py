"""Run a command that ends when its parent ends: ``shim.py SIGNAL PARENT COMMAND...``.

The kernel sends SIGNAL to the command as soon as the process PARENT is gone, even after a
``kill -9``. A program of its own because code between fork and exec is unsafe beside threads.
Only Linux can do this; elsewhere the command is run as it is.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
NOT_FOUND = 127


def die_with(parent: int, signal: int) -> None:
    """Ask the kernel for ``signal`` at the end of ``parent``; exit if that has passed already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    """Set the parent's signal, then become the command."""
    signal, parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        die_with(int(parent), int(signal))
    try:
        os.execvp(command[0], command)  # noqa: S606 (no shell is wanted)
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201
        sys.exit(NOT_FOUND)


if __name__ == "__main__":
    main()
