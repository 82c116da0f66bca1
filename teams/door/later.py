"""What is done after the answer, so that nobody waits for it and nothing is learned from the wait.

Mails with links go this way and not through the task queue: a link in a message of the queue
would be a secret in Redis.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

logger = logging.getLogger(__name__)

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="later")
_at_once: set[int] = set()
"""The threads for which later is now: nobody waits for them."""


def later(action: Callable[[], object]) -> None:
    """Run `action` on a thread of its own; its failure is logged and nobody's answer.

    The interpreter waits for what is under way before it exits. Where `settings.DO_LATER` is
    off, and inside `at_once`, `action` runs here and now.
    """
    if settings.DO_LATER and threading.get_ident() not in _at_once:
        _pool.submit(_with_own_connections, action)
    else:
        _quietly(action)


@contextmanager
def at_once() -> Iterator[None]:
    """Let nothing be done later inside the block: for tasks, whose process may end after them."""
    here = threading.get_ident()
    _at_once.add(here)
    try:
        yield
    finally:
        _at_once.discard(here)


def _with_own_connections(action: Callable[[], object]) -> None:
    try:
        with at_once():
            _quietly(action)
    finally:
        connections.close_all()


def _quietly(action: Callable[[], object]) -> None:
    try:
        action()
    except Exception:  # whatever a mail server may answer
        logger.exception("what was to be done after the answer failed")
