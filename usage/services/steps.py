"""What the steps of a report have in common: waiting, and how they end."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.services.sync.reading import fault_of
from operations.wire import CannotConnectError
from usage.models import Report
from usage.services.claims import Claim
from vonage_api import Timeouts
from vonage_api.errors import OverBudget, RateLimited

State = Report.State

PATIENCE = Timeouts(connect=5, read=20, total=30)
"""Seconds, for one question to Vonage."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
MOST_FAILURES = 12
"""So often a step is tried by itself: for about an hour."""


def pause(failures: int, error: Exception | None = None) -> timedelta:
    """Return how long to wait after so many failures, never shorter than Vonage asks for."""
    doubled: timedelta = min(FIRST_PAUSE * 2 ** min(failures, 10), LONGEST_PAUSE)
    waits = isinstance(error, (RateLimited, OverBudget))
    asked = (getattr(error, "retry_after", None) or 0) if waits else 0
    return max(doubled, timedelta(seconds=asked))


def says(error: Exception) -> str:
    """Return what a person is told of a failure."""
    if isinstance(error, CannotConnectError):
        return f"Vonage cannot be asked: {error}"
    if isinstance(error, OSError):
        return "The file could not be written. Is there room in the data folder?"
    return f"{fault_of(error).label.capitalize()}: {error}"


def put_off(claim: Claim, error: Exception, *, or_else: State) -> bool:
    """Try the step again later; after too many failures the report ends as `or_else`."""
    failures, now = claim.report.failures + 1, timezone.now()
    if failures >= MOST_FAILURES:
        return finish(claim, or_else, fault=says(error), now=now)
    due_at = now + pause(failures, error)
    return claim.end(failures=failures, due_at=due_at, fault=says(error))


def finish(claim: Claim, state: State, *, fault: str = "", now: datetime | None = None) -> bool:
    """End the report: nothing more happens to it by itself."""
    at = now or timezone.now()
    return claim.end(state=state, due_at=None, finished_at=at, failures=0, fault=fault)
