import os
import pty

import pytest

from dashboard.supervisor.console import Console


def test_names_are_coloured_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert _written(pty.openpty()) == b"\x1b[36mweb       |\x1b[0m hello"
    assert _written(os.pipe()) == b"web       | hello"


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert _written(pty.openpty()) == b"web       | hello"


def test_a_closed_terminal_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    Console(writing).say("nobody listens")
    os.close(writing)


def _written(ends: tuple[int, int]) -> bytes:
    reading, writing = ends
    Console(writing).part("web", "hello")
    text = os.read(reading, 100).rstrip()
    os.close(reading)
    os.close(writing)
    return text
