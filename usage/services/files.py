"""Where the files of reports lie: a folder of their own that nobody else may read."""

import time
from pathlib import Path

from django.conf import settings

from usage.models import Report

MOST_BYTES = 1024**3
"""Of a zip; Vonage's own limit."""
_LEFT_OVER = 24 * 3600
"""Seconds after which a half-written file is nobody's."""


def folder() -> Path:
    """Return the folder, made where there is none."""
    path: Path = settings.REPORTS_FOLDER
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(report: Report) -> Path:
    """Return where the file of a report lies, or would."""
    return folder() / f"{report.workspace_id}-{report.pk}.zip"


def sweep() -> None:
    """Remove what downloads left half-written."""
    for path in folder().glob(".*"):
        if path.stat().st_mtime < time.time() - _LEFT_OVER:
            path.unlink(missing_ok=True)
