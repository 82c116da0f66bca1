"""The next step of a report, whatever it is. Outside transactions."""

import logging
from collections.abc import Callable

from django.utils import timezone

from usage.models import Report
from usage.services import claims, files, following, importing, recognising, sending
from usage.services.claims import Claim
from usage.services.steps import State, put_off

logger = logging.getLogger(__name__)

_STEPS: dict[str, Callable[[Claim], None]] = {
    State.ORDERED: sending.send,
    State.SENDING: sending.left_in_the_middle,
    State.UNKNOWN: recognising.look,
    State.RUNNING: following.poll,
    State.FETCHING: following.fetch,
    State.READY: importing.take_in,
}


def advance(pk: int) -> bool:
    """Take the next step of a report; False where none is due, or somebody takes it."""
    claim = claims.take(pk, timezone.now())
    if claim is None:
        return False
    try:
        _STEPS[claim.report.state](claim)
    except Exception as error:
        logger.exception("a step of a report broke", extra={"report": pk})
        _after_a_break(claim, error)
    return True


def forget_files() -> int:
    """Remove the files whose time is over; return how many."""
    over = Report.objects.filter(kept_until__lte=timezone.now())
    for report in over:
        files.path_of(report).unlink(missing_ok=True)
        Report.objects.filter(pk=report.pk).update(
            state=State.EXPIRED, file_size=None, kept_until=None, due_at=None
        )
    files.sweep()
    return len(over)


def _after_a_break(claim: Claim, error: Exception) -> None:
    """Keep a step of our own that broke from being taken at once again, or an order from it."""
    if claim.still(state=State.SENDING).exists():
        sending.left_in_the_middle(claim)
    elif claim.report.state == State.READY:
        claim.end(due_at=None, sums_fault="Its sums were not taken in: something broke here.")
    else:
        # A lost order may be at Vonage all the same: it never ends as one that failed.
        is_lost = claim.report.state == State.UNKNOWN
        put_off(claim, error, or_else=State.UNKNOWN if is_lost else State.FAILED)
