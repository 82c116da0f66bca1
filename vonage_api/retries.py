"""Asking again: only reads, only after temporary errors, only while there is time."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from secrets import SystemRandom
from time import monotonic, sleep

from vonage_api.configuration import Retries
from vonage_api.errors import NothingSent, Refused, VonageError

LONGEST_RETRY_AFTER = 3600.0  # seconds; more than an hour is a mistake or an attack

_random = SystemRandom()


def repeat(ask: Callable[[], bytes], *, retries: Retries, deadline: float) -> bytes:
    """Return what `ask` returns, asking again after temporary errors.

    deadline: on the clock of `time.monotonic`; a wait that would pass it is not begun, and the
    last error is raised instead.
    """
    for attempt in range(1, retries.attempts):
        try:
            return ask()
        except VonageError as error:
            wait = wait_before_next(error, attempt=attempt, retries=retries)
            if not _passing(error) or monotonic() + wait >= deadline:
                raise
        sleep(wait)
    return ask()


def _passing(error: VonageError) -> bool:
    # Who was over budget has waited for as long as it would.
    return error.temporary and not isinstance(error, NothingSent)


def wait_before_next(error: VonageError, *, attempt: int, retries: Retries) -> float:
    """Return the seconds to wait after the attempt numbered from 1: jitter or Retry-After."""
    jitter = _random.uniform(0, min(retries.longest_wait, retries.first_wait * 2 ** (attempt - 1)))
    asked = error.retry_after if isinstance(error, Refused) else None
    return max(jitter, asked or 0)


def read_retry_after(text: str | None, *, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, between 0 and an hour.

    The header holds seconds or an HTTP date; None if there is none or it is neither.
    """
    if text is None:
        return None
    seconds = (
        float(text.strip()) if text.strip().isdecimal() else _until(text, now or datetime.now(UTC))
    )
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
