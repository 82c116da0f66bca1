"""The throw-away PostgreSQL and Redis. Without Debian's packages these tests have no subject."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import services

ROOT = Path(__file__).parents[2]
USES_BOTH = """
import os, psycopg, redis, sys
with psycopg.connect(os.environ["DATABASE_URL"]) as database:
    assert database.execute("SHOW fsync").fetchone() == ("off",)
with redis.Redis.from_url(os.environ["REDIS_URL"]) as server:
    assert server.ping()
assert len(os.environ["SECRET_KEY"]) >= 32 and os.environ["ENCRYPTION_KEYS"]
sys.exit(7)
"""


def _run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "tools/services.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def open_folder() -> Iterator[str]:
    """Return a temporary folder that PostgreSQL's account can reach; `tmp_path` is for us only."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield name


def test_the_command_finds_both_and_its_code_is_returned(open_folder: str) -> None:
    done = _run("--", sys.executable, "-c", USES_BOTH, TMPDIR=open_folder)
    assert done.returncode == 7, done.stderr
    assert list(Path(open_folder).iterdir()) == []


def test_a_missing_command_is_a_question_of_usage() -> None:
    done = _run()
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("service", "package"), [("redis", "redis-server"), ("postgresql", "postgresql")]
)
def test_a_missing_server_names_its_package(service, package, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(services.Path, "glob", lambda *_: iter(()))
    with pytest.raises(services.ServiceError, match=f"apt install {package}$"):
        getattr(services, service)(tmp_path).__enter__()
