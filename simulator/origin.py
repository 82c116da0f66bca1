"""Who is acting: every change is written down with its cause."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Origin:
    """`by` is an API key, or a word for what happens without one: admin, usage, simulator."""

    by: str = "simulator"
    request_id: str = ""
    ip: str = "127.0.0.1"


NOBODY = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=NOBODY)


def current() -> Origin:
    """Return who is acting in this thread."""
    return _current.get()


@contextmanager
def acting(origin: Origin) -> Iterator[None]:
    """Let changes inside the block be this one's."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def identify(api_key: str) -> None:
    """Say whose credentials the request that is being answered carries."""
    _current.set(replace(current(), by=api_key))
