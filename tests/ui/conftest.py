from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import pytest
import time_machine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def time_machine_at() -> Callable[[datetime], AbstractContextManager[object]]:
    """Stop the clock."""
    return lambda at: time_machine.travel(at, tick=False)


@pytest.fixture
def template_files() -> list[Path]:
    """Every template of ours."""
    files = [*(ROOT / "templates").rglob("*.*"), *(ROOT / "templates_jinja").rglob("*.*")]
    assert len(files) > 60, "the templates were not found"
    return files
