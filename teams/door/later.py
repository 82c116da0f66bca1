"""What is done after the answer, so that nobody waits for it and nothing is learned from the wait.

Mails with links go this way and not through the task queue: a link in a message of the queue
would be a secret in Redis.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connections

logger = logging.getLogger(__name__)

_working: set[int] = set()
"""The threads that do something later just now."""

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="later")


def later(action: Callable[[], object]) -> None:
    """Run `action` on a thread of its own; its failure is logged and nobody's answer.

    The interpreter waits for what is under way before it exits. Where `settings.DO_LATER` is
    off, and within what is done later anyway, `action` runs at once.
    """
    if settings.DO_LATER and threading.get_ident() not in _working:
        _pool.submit(_with_own_connections, action)
    else:
        _quietly(action)


def _with_own_connections(action: Callable[[], object]) -> None:
    _working.add(threading.get_ident())
    try:
        _quietly(action)
    finally:
        _working.discard(threading.get_ident())
        connections.close_all()


def _quietly(action: Callable[[], object]) -> None:
    try:
        action()
    except Exception:  # whatever a mail server may answer
        logger.exception("what was to be done after the answer failed")
