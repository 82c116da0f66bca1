"""How far a report is at Vonage, what is done when it is made, and stopping it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from operations import wire
from teams.services.turns import lock
from usage.models import Report
from usage.services.claims import Claim
from usage.services.files import MOST_BYTES, path_of
from usage.services.keeping import report_days
from usage.services.steps import PATIENCE, State, finish, put_off, says
from vonage_api import VonageClient
from vonage_api.budget import Priority
from vonage_api.errors import Mismatch, NotFound, VonageError
from vonage_api.outcomes import Ok
from vonage_api.report_bodies import Report as Remote

DOWNLOAD_SECONDS = 900
MOST_DOWNLOADS = 6
"""So often a download is tried by itself; then a person may, while Vonage has the file."""
_SOONEST, _LATEST = timedelta(seconds=3), timedelta(minutes=1)
_GONE = "Vonage no longer has this report. It keeps them for about four days."
_CUT = "Vonage reached its own limit: not all records are in the file."


def poll(claim: Claim) -> None:
    """Ask how far the report is; stop it where somebody wants that."""
    report = claim.report
    try:
        with wire.client(report.workspace_id, PATIENCE, priority=Priority.REPORT) as client:
            remote = _stopped(client, claim) or client.reports.get(report.remote_id)
            _check(report, remote)
    except NotFound:
        finish(claim, State.FAILED, fault=_GONE)
    except (VonageError, wire.CannotConnectError) as error:
        put_off(claim, error, or_else=State.FAILED)
    else:
        _note(claim, remote)


def fetch(claim: Claim) -> None:
    """Download the file, check it, and keep it."""
    report = claim.report
    try:
        with wire.client(report.workspace_id, PATIENCE, priority=Priority.REPORT) as client:
            remote = client.reports.get(report.remote_id)
            _check(report, remote)
            if remote.download_url is None:
                raise Mismatch("the report has no file any more")
            found = client.reports.download(
                remote, to=path_of(report), max_bytes=MOST_BYTES, seconds=DOWNLOAD_SECONDS
            )
    except NotFound:
        finish(claim, State.BROKEN, fault=_GONE)
    except (VonageError, wire.CannotConnectError, OSError) as error:
        _try_again(claim, error)
    else:
        _keep(claim, found.path.stat().st_size)


def _stopped(client: VonageClient, claim: Claim) -> Remote | None:
    """Stop the report where somebody wants that; return it as it is then, if Vonage said so.

    Stopping it twice changes nothing, and one that is finished stays as it is.
    """
    if not claim.report.cancel_asked_at:
        return None
    outcome = client.reports.cancel(claim.report.remote_id)
    return outcome.value if isinstance(outcome, Ok) else None


def _check(report: Report, remote: Remote) -> None:
    """Raise `Mismatch` where Vonage answers with another report."""
    if remote.id != report.remote_id or remote.product not in {None, report.product}:
        raise Mismatch("it is another report")


def _note(claim: Claim, remote: Remote) -> None:
    now, report = timezone.now(), claim.report
    count = remote.items_count
    if remote.status == "ABORTED":
        finish(claim, State.CANCELLED)
    elif remote.status == "FAILED":
        finish(claim, State.FAILED, fault="Vonage could not make this report.")
    elif remote.finished and remote.download_url:
        is_cut = remote.status == "TRUNCATED"
        claim.end(
            state=State.FETCHING,
            items_count=count,
            is_cut=is_cut,
            fault=_CUT if is_cut else "",
            failures=0,
            due_at=now,
        )
    elif remote.finished:
        due_at = now if report.can_be_summed else None
        claim.end(
            state=State.READY, items_count=count or 0, finished_at=now, due_at=due_at, fault=""
        )
    else:
        age = now - (report.sent_at or now)
        due_at = now + min(max(age / 10, _SOONEST), _LATEST)
        claim.end(due_at=due_at, failures=0, fault="")


@transaction.atomic
def _keep(claim: Claim, size: int) -> None:
    lock(claim.report.workspace_id)  # how long is not changed in between
    now = timezone.now()
    kept = claim.end(
        state=State.READY,
        file_size=size,
        kept_until=now + timedelta(days=report_days(claim.report.workspace_id)),
        finished_at=now,
        due_at=now if claim.report.can_be_summed else None,  # its sums
        failures=0,
        fault=_CUT if claim.report.is_cut else "",
    )
    if not kept and not Report.objects.filter(pk=claim.report.pk).exists():
        path_of(claim.report).unlink(missing_ok=True)  # the workspace is gone


def _try_again(claim: Claim, error: Exception) -> None:
    if claim.report.failures + 1 >= MOST_DOWNLOADS:
        finish(claim, State.BROKEN, fault=says(error))
    else:
        put_off(claim, error, or_else=State.BROKEN)
