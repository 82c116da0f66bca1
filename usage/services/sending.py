"""The order itself: one POST, which costs money and knows no idempotency.

The row stands first. When the connection is open and before the first byte leaves, the row says
so; whatever happens then, the report is not ordered a second time by itself.
"""

from django.utils import timezone

from operations import wire
from usage.models import Report
from usage.services.callbacks import new_callback
from usage.services.claims import Claim
from usage.services.steps import PATIENCE, State, finish, put_off, says
from vonage_api.budget import Priority
from vonage_api.errors import RateLimited
from vonage_api.outcomes import NotSent, Ok, Outcome, Rejected, TurnedAway
from vonage_api.report_bodies import Report as Remote

_LONGEST_ID = 100


def send(claim: Claim) -> None:
    """Order the report, unless it was cancelled meanwhile."""
    if claim.report.cancel_asked_at:
        finish(claim, State.CANCELLED)
        return
    try:
        outcome = _ask(claim)
    except wire.CannotConnectError as error:
        put_off(claim, error, or_else=State.FAILED)
        return
    _note(claim, outcome)


def left_in_the_middle(claim: Claim) -> None:
    """Take up an order whose worker died: whether Vonage has it must be looked at."""
    claim.end(state=State.UNKNOWN, due_at=timezone.now())


def _ask(claim: Claim) -> Outcome[Remote]:
    report, callback = claim.report, new_callback()
    digest = callback.digest if callback else ""
    with wire.client(report.workspace_id, PATIENCE, priority=Priority.REPORT) as client:
        return client.reports.create(
            product=report.product,
            account_id=report.account.api_key,
            start=report.starts_at,
            end=report.ends_at,
            direction=report.direction or None,
            include_subaccounts=report.with_subaccounts or None,
            callback_url=callback.url if callback else None,
            filters=report.filters,
            before_first_byte=lambda: _leaves_now(claim, digest),
        )


def _leaves_now(claim: Claim, digest: str) -> bool:
    """Note that the first byte leaves; False where the claim ran out or it was cancelled."""
    now = timezone.now()
    waiting = claim.still(state=State.ORDERED, claimed_until__gt=now)
    return bool(waiting.update(state=State.SENDING, sent_at=now, callback_digest=digest))


def _note(claim: Claim, outcome: Outcome[Remote]) -> None:
    now = timezone.now()
    match outcome:
        case Ok(value=remote):
            runs(claim, remote)
        case Rejected(error=error):
            finish(claim, State.FAILED, fault=says(error))
        case NotSent(reason="fence"):
            claim.end()  # cancelled, or somebody else has it
        case NotSent(error=error) | TurnedAway(error=RateLimited() as error):
            claim.still(state=State.SENDING).update(state=State.ORDERED, sent_at=None)
            put_off(claim, error, or_else=State.FAILED)
        case TurnedAway(error=error):
            finish(claim, State.FAILED, fault=says(error))
        case _:
            claim.end(state=State.UNKNOWN, due_at=now, failures=0, fault=says(outcome.error))


def _is_an_id(text: str) -> bool:
    return text.isascii() and text.isprintable() and len(text) <= _LONGEST_ID


def runs(claim: Claim, remote: Remote) -> bool:
    """Note the report that Vonage makes. False where another of ours is that one."""
    if not _is_an_id(remote.id):
        return claim.end(state=State.UNKNOWN, due_at=None, fault="Vonage named an id that is none.")
    taken = Report.objects.filter(workspace=claim.report.workspace_id, remote_id=remote.id)
    if taken.exclude(pk=claim.report.pk).exists():
        claim.end(state=State.UNKNOWN, due_at=None, fault="Vonage named another report of yours.")
        return False
    return claim.end(
        state=State.RUNNING, remote_id=remote.id, due_at=timezone.now(), failures=0, fault=""
    )
