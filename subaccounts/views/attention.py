"""What needs a person: findings, outcomes that nobody knows, and the switch that stops it all."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.standstill import standstill_of
from operations.errors import LostRaceError, RefusedError
from operations.services import judging, switching
from operations.states import State
from subaccounts.describing import briefly
from subaccounts.seeing import findings_of, judged_by, waiting_for
from subaccounts.views import operations
from subaccounts.views.transfers import operation_url
from teams import policy
from teams.access import WorkspaceRequest, has_part, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page

MOST = 100
LONG = timedelta(minutes=20)
"""An outcome that is unknown for so long is shown as something to look at."""
_PAGE = "subaccounts/needs_you.html"
_DIGITS = 18
_MAY_ACT = "who may approve transfers anywhere, or sets the guardrails"


@has_part(_MAY_ACT)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List what waits for a person, the oldest first, and the switch."""
    switching.require_may_stop(request.actor)
    return render_page(request, _PAGE, _context(request))


@requires(Capability.TRANSFER_AUTHORIZE, confirmed=True)
@require_POST
def judge(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Take a person's word for how an operation ended."""
    found = operations.found_operation(request, reference)
    reason = _reason(request)
    if not reason:
        return operations.refused(request, found, "Say how you know.")
    happened = request.POST.get("happened") == "yes"
    was = request.POST.get("was", "") if happened else None
    try:
        judging.judge(request.actor, found, was=was, reason=reason)
    except RefusedError as refusal:
        return operations.refused(request, found, str(refusal))
    except LostRaceError:
        return done(request, operation_url(request, reference), "It is settled already.")
    return done(request, operation_url(request, reference), "Noted, with your name.")


@has_part(_MAY_ACT)
@require_POST
def halt(request: WorkspaceRequest) -> HttpResponse:
    """Stop everything that is sent. It takes no confirmation: stopping loses nothing."""
    switching.require_may_stop(request.actor)
    reason = _reason(request)
    if not reason:
        return _refused(request, "Say why, so that the others know.")
    if not switching.stop(request.actor, reason=reason):
        return done(request, _back(request), "It was stopped already.")
    return done(request, _back(request), "Stopped. Nothing is sent to Vonage until it goes on.")


@requires(Capability.GUARDRAIL_MANAGE, confirmed=True)
@require_POST
def resume(request: WorkspaceRequest) -> HttpResponse:
    """Let it go on. The findings that were shown count as seen."""
    reason = _reason(request)
    if not reason:
        return _refused(request, "Say why it is safe to go on.")
    try:
        switching.go_on(
            request.actor, reason=reason, shown=_shown(request), halted_at=_halted_at(request)
        )
    except RefusedError as refusal:
        return _refused(request, str(refusal))
    return done(request, _back(request), "It goes on. What waited is sent now.")


@requires(Capability.GUARDRAIL_MANAGE)
@require_POST
def see(request: WorkspaceRequest) -> HttpResponse:
    """Note that the findings that were shown have been looked at."""
    try:
        switching.see_findings(request.actor, shown=_shown(request))
    except RefusedError as refusal:
        return _refused(request, str(refusal))
    return done(request, _back(request), "Noted, with your name.")


def _context(request: WorkspaceRequest) -> dict[str, object]:
    actor = request.actor
    rows = judged_by(actor).order_by("created_at", "pk")
    stuck = rows.filter(state=State.UNKNOWN, unknown_since__lt=timezone.now() - LONG)
    findings = list(findings_of(actor)[:MOST])
    return {
        "needing": briefly(actor, rows.filter(state=State.NEEDS_HUMAN)[:MOST]),
        "unknown": briefly(actor, stuck[:MOST]),
        "waiting": briefly(actor, waiting_for(actor).order_by("created_at", "pk")[:MOST]),
        "findings": findings,
        "newest": findings[-1].pk if findings else 0,
        "lane": standstill_of(actor),
        "may_resume": policy.can(actor, Capability.GUARDRAIL_MANAGE),
    }


def _refused(request: WorkspaceRequest, fault: str) -> HttpResponse:
    return invalid(request, _PAGE, {**_context(request), "fault": fault})


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:200]


def _shown(request: HttpRequest) -> int:
    """Return the newest finding that the page showed, 0 where it makes no sense."""
    text = request.POST.get("shown", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def _halted_at(request: HttpRequest) -> datetime | None:
    """Return since when nothing is sent, as the page showed it; None where it makes no sense."""
    try:
        return datetime.fromisoformat(request.POST.get("halted", ""))
    except ValueError:
        return None


def _back(request: WorkspaceRequest) -> str:
    return reverse("subaccounts:needs_you", args=[request.actor.workspace.slug])
