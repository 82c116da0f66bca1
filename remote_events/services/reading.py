"""One round: some pages of a workspace's audit. The network is asked outside any transaction."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from operations import wire
from remote_events.models import EventFeed
from remote_events.services.claims import Claim, LostClaimError, keep, release
from remote_events.services.writing import find_homes, write
from vonage_api import Timeouts, VonageClient, errors
from vonage_api.audit import EventPage
from vonage_api.budget import Priority

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=2)
"""Between two windows."""
FAR_BACK = timedelta(days=30)
"""Where the first window begins. How long Vonage keeps its events, it does not say."""
OVERLAP = timedelta(hours=1)
"""Each window begins so long before the end of the last, for events that are listed late."""
PAGES = 5
"""Of 100 events, in one round; the next round goes on."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=1)
NOT_ENABLED_PAUSE = timedelta(days=1)
SHORTEST_REST = timedelta(minutes=1)
PATIENCE = Timeouts(connect=5, read=15, total=30)
"""Of one page, in seconds."""
State = EventFeed.State
_EXPECTED = (errors.VonageError, wire.CannotConnectError)
_OURS = "Switchboard could not take the answer in."


@dataclass(frozen=True)
class Window:
    """What is asked for, and the page that comes next."""

    start: datetime
    end: datetime
    page: int


def run(claim: Claim) -> bool:
    """Read some pages for the claimed workspace; return whether that worked.

    What was read stays, whatever happens to the next page; why it failed is kept on the feed.
    """
    at = timezone.now()
    try:
        return _run(claim, at)
    except LostClaimError:
        logger.warning("reading of Vonage's audit lost its claim", extra=_named(claim))
        return False


def _run(claim: Claim, at: datetime) -> bool:
    try:
        with wire.client(claim.workspace_id, PATIENCE, priority=Priority.SYNC) as client:
            window = _read(claim, client, _window(claim, at))
    except LostClaimError:
        raise
    except _EXPECTED as error:
        _fail(claim, error, at=at)
        return False
    except Exception as error:
        logger.exception("reading of Vonage's audit broke", extra=_named(claim))
        _fail(claim, error, at=at)
        return False
    find_homes(claim.workspace_id)
    well = {"tried_at": at, "state": State.WORKING, "fault": "", "failures": 0}
    release(claim, due_at=at if window else at + EVERY, **well)
    return True


def _window(claim: Claim, at: datetime) -> Window:
    """Return the window that was begun, or the next one."""
    feed = EventFeed.objects.get(pk=claim.workspace_id)
    if feed.window_from and feed.window_to:
        return Window(feed.window_from, feed.window_to, feed.next_page)
    start = feed.read_to - OVERLAP if feed.read_to else at - FAR_BACK
    window = Window(start, at, 1)
    keep(claim, window_from=window.start, window_to=window.end, next_page=1)
    return window


def _read(claim: Claim, client: VonageClient, window: Window) -> Window | None:
    """Read up to `PAGES` pages; return what is left of the window, None where nothing is."""
    seen: set[str] = set()
    for number in range(window.page, window.page + PAGES):
        page = client.audit.page(number=number, start=window.start, end=window.end)
        ids = {each.id for each in page.events}
        if ids and ids <= seen:
            raise errors.Malformed("a page of events repeats the ones before")
        seen |= ids
        if _keep(claim, window, page, number):
            return None
    return Window(window.start, window.end, window.page + PAGES)


@transaction.atomic(durable=True)
def _keep(claim: Claim, window: Window, page: EventPage, number: int) -> bool:
    """Write a page and how far it reaches; return whether it was the last."""
    is_last = not page.events or number >= page.total_pages
    if is_last:
        keep(claim, read_to=window.end, window_from=None, window_to=None, next_page=1)
    else:
        keep(claim, next_page=number + 1)
    write(claim.workspace_id, page.events)
    return is_last


def _fail(claim: Claim, error: Exception, *, at: datetime) -> None:
    state = State.NOT_ENABLED if is_not_enabled(error) else State.FAILED
    is_told = isinstance(error, _EXPECTED)
    extra = {**_named(claim), "state": state.value, "error": str(error) if is_told else ""}
    logger.warning("Vonage's audit could not be read", extra=extra)
    failures = EventFeed.objects.get(pk=claim.workspace_id).failures
    release(
        claim,
        tried_at=at,
        due_at=timezone.now() + _pause(error, failures),
        state=state,
        fault=str(error) if is_told else _OURS,
        failures=failures + 1,
    )


def is_not_enabled(error: Exception) -> bool:
    """Return whether Vonage lets us in but not to its audit.

    Connections whose credentials were refused are not asked; so a refusal is about this API.
    """
    if isinstance(error, (errors.InvalidIp, errors.AccountSuspended)):
        return False
    return isinstance(error, (errors.Unauthorized, errors.Forbidden, errors.NotFound))


def _pause(error: Exception, failures: int) -> timedelta:
    """Return how long to wait: what Vonage, or our own budget, asks for; else doubling."""
    if is_not_enabled(error):
        return NOT_ENABLED_PAUSE
    if isinstance(error, (errors.RateLimited, errors.OverBudget)):
        return max(timedelta(seconds=error.retry_after or 0), SHORTEST_REST)
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(failures, 10), LONGEST_PAUSE)
    return pause


def _named(claim: Claim) -> dict[str, object]:
    return {"workspace_id": claim.workspace_id}
