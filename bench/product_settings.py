"""The product's own settings, with the collected static files in a folder of the bench."""

import os
from pathlib import Path

from dashboard.settings import *  # noqa: F403 - they are what is measured

STATIC_ROOT = Path(os.environ["BENCH_STATIC_ROOT"])
