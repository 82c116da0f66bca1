"""From a fresh checkout to a running dashboard: `python3 bootstrap.py`, see `--help`.

This file must be readable by any old Python, so that it can say what is missing.
The work is done in tools/setup/.
"""

import os
import sys

OLDEST = (3, 11)
NEWER = ["python3.%d" % minor for minor in (14, 13, 12, 11)]  # noqa: UP031 (nor f-strings)


def hand_over():  # noqa: ANN201 (old Pythons cannot read annotations)
    # type: () -> None
    """Start again with a newer Python, if one is on the PATH; else say what to install."""
    for python in NEWER:
        try:
            os.execvp(python, [python] + sys.argv)  # noqa: RUF005, S606
        except OSError:
            continue
    sys.exit(
        "Switchboard needs Python 3.11 or later, this one is %d.%d. Install a newer one "  # noqa: UP031
        "(Debian, Ubuntu: apt install python3 python3-venv) and start again." % sys.version_info[:2]
    )


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        hand_over()
    from tools.setup.main import main

    sys.exit(main(sys.argv[1:]))
