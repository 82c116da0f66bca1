"""A lost answer: the report is looked for in Vonage's list, by what was asked and when.

Exactly one that fits is ours. None, or several, is for a person to decide.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from operations import wire
from usage.models import Report
from usage.services.claims import Claim
from usage.services.sending import runs
from usage.services.steps import PATIENCE, State, finish, pause, says
from vonage_api.budget import Priority
from vonage_api.errors import Malformed, NotFound, VonageError
from vonage_api.report_bodies import Report as Remote
from vonage_api.times import read_time

STATUSES = "PENDING,PROCESSING,SUCCESS,ABORTED,FAILED,TRUNCATED"
BEFORE, AFTER = timedelta(minutes=2), timedelta(minutes=15)
"""How far Vonage's clock and ours may differ, and how long an order may be on its way."""
LONGEST = timedelta(minutes=10)
"""So long we look by ourselves: a list may be behind."""
_NOTHING = "Vonage lists no such report. Probably it never arrived there."
_SEVERAL = "Vonage lists {count} like this one; which report is whose cannot be told."
_NO_LIST = "Vonage offers no list of reports to look at."


def look(claim: Claim) -> None:
    """Look for the report at Vonage."""
    try:
        found = candidates(claim.report)
    except NotFound:
        claim.end(due_at=None, fault=_NO_LIST)
    except (VonageError, wire.CannotConnectError) as error:
        _look_again(claim, says(error))
    else:
        _judge(claim, found)


def candidates(report: Report) -> list[Remote]:
    """Return the reports at Vonage that may be this one. Raises a `VonageError`.

    Those that are known to be another one of ours are not among them.
    """
    sent_at = report.sent_at or report.asked_at
    with wire.client(report.workspace_id, PATIENCE, priority=Priority.REPORT) as client:
        listed = client.reports.list(
            account_id=report.account.api_key,
            status=STATUSES,
            start=sent_at - BEFORE,
            end=sent_at + AFTER,
        )
    fitting = [each for each in listed.reports if _is_like(report, each, sent_at)]
    return _without_known(report, fitting)


def _judge(claim: Claim, found: list[Remote]) -> None:
    if len(found) == 1 and not _has_a_rival(claim.report, found[0]):
        runs(claim, found[0])
    elif found:
        claim.end(due_at=None, fault=_SEVERAL.format(count=len(found)))
    elif claim.report.cancel_asked_at and _is_over(claim.report):
        finish(claim, State.CANCELLED, fault=_NOTHING)
    else:
        _look_again(claim, _NOTHING)


def _look_again(claim: Claim, fault: str) -> None:
    failures, now = claim.report.failures + 1, timezone.now()
    due_at = None if _is_over(claim.report) else now + pause(failures - 1)
    claim.end(failures=failures, due_at=due_at, fault=fault)


def _is_over(report: Report) -> bool:
    return timezone.now() > (report.sent_at or report.asked_at) + LONGEST


def _has_a_rival(report: Report, found: Remote) -> bool:
    """Return whether what was found may be another lost order of ours.

    Where Vonage says what it narrowed the report to, that tells them apart. Where it says
    nothing, it may echo no filters at all.
    """
    alike = Report.objects.filter(
        workspace=report.workspace_id,
        account=report.account,
        with_subaccounts=report.with_subaccounts,
        product=report.product,
        direction=report.direction,
        starts_at=report.starts_at,
        ends_at=report.ends_at,
    )
    lost = alike.filter(remote_id="", state__in=(State.SENDING, State.UNKNOWN))
    rivals = lost.exclude(pk=report.pk)
    return (rivals.filter(filters=report.filters) if found.filters else rivals).exists()


def _without_known(report: Report, fitting: Iterable[Remote]) -> list[Remote]:
    once = {each.id: each for each in fitting}
    ours = Report.objects.filter(workspace=report.workspace_id, remote_id__in=list(once))
    known = set(ours.exclude(pk=report.pk).values_list("remote_id", flat=True))
    return [each for pk, each in once.items() if pk not in known]


def _is_like(report: Report, remote: Remote, sent_at: datetime) -> bool:
    received = remote.received
    return (
        remote.product == report.product
        and remote.account_id == report.account.api_key
        and (remote.direction or "") == report.direction
        and bool(remote.include_subaccounts) == report.with_subaccounts
        and _time(remote.date_start) == report.starts_at
        and _time(remote.date_end) == report.ends_at
        and remote.filters in ({}, report.filters)
        and received is not None
        and sent_at - BEFORE <= received <= sent_at + AFTER
    )


def _time(text: str | None) -> datetime | None:
    try:
        return read_time(text) if text else None
    except Malformed:
        return None
