#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line

from dashboard.env import BadEnvironmentError


def main() -> None:
    """Run the command; a wrong environment is one line per fault, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    try:
        execute_from_command_line(sys.argv)
    except BadEnvironmentError as error:
        sys.exit("\n".join(error.lines))


if __name__ == "__main__":
    main()
