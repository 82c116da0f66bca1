"""How many of a process's threads may do the same at once, so that others are left for the rest."""

from collections.abc import Callable
from functools import wraps
from threading import BoundedSemaphore
from typing import Any


def at_most(count: int) -> Callable[[Callable[[], Any]], Callable[[], None]]:
    """Let `count` threads of this process run the function at once; a further call does nothing.

    For work that stands in a table: whoever runs already finds it there.
    """
    places = BoundedSemaphore(count)

    def decorate(work: Callable[[], Any]) -> Callable[[], None]:
        @wraps(work)
        def limited() -> None:
            if not places.acquire(blocking=False):
                return
            try:
                work()
            finally:
                places.release()

        return limited

    return decorate
