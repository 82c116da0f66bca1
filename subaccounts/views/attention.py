"""What needs a person: findings, outcomes that nobody knows, and the switch that stops it all."""

from datetime import timedelta

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.activity import sees_names
from operations.errors import LostRaceError
from operations.models import Finding, Lane, Operation
from operations.services import approving, judging, lanes
from operations.states import State
from subaccounts.describing import Described, described
from subaccounts.seeing import operations_of, sees
from subaccounts.sending_state import lane_shown
from subaccounts.views.operations import found_operation
from subaccounts.views.transfers import operation_url
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, render_page

MOST = 100
LONG = timedelta(minutes=20)
"""An outcome that is unknown for so long is shown as something to look at."""


@requires(Capability.TRANSFER_AUTHORIZE)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List what waits for a person, the oldest first, and the switch."""
    actor = request.actor
    rows = operations_of(actor).order_by("created_at", "pk")
    stuck = rows.filter(state=State.UNKNOWN, unknown_since__lt=timezone.now() - LONG)
    findings = Finding.objects.filter(workspace=actor.workspace, seen_at=None)
    context = {
        "needing": _described(request, rows.filter(state=State.NEEDS_HUMAN)),
        "unknown": _described(request, stuck),
        "waiting": [
            pair
            for pair in _described(request, rows.filter(state=State.AWAITING))
            if not approving.objection(actor, pair[0])
        ],
        "findings": findings.order_by("found_at")[:MOST] if sees_names(actor) else [],
        "lane": lane_shown(actor),
        "may_resume": policy.can(actor, Capability.GUARDRAIL_MANAGE),
    }
    return render_page(request, "subaccounts/needs_you.html", context)


@requires(Capability.TRANSFER_AUTHORIZE, confirmed=True)
@require_POST
def judge(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Take a person's word for how an operation ended."""
    found = found_operation(request, reference)
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        return done(request, operation_url(request, reference), "Say how you know.")
    try:
        judging.judge(
            request.actor,
            found,
            happened=request.POST.get("happened") == "yes",
            remote_id=request.POST.get("remote_id", "").strip()[:64],
            reason=reason,
        )
    except LostRaceError:
        return done(request, operation_url(request, reference), "It is settled already.")
    return done(request, operation_url(request, reference), "Noted, with your name.")


@requires(Capability.TRANSFER_AUTHORIZE)
@require_POST
def halt(request: WorkspaceRequest) -> HttpResponse:
    """Stop everything that is sent. Whoever may approve may stop; it takes no confirmation."""
    reason = request.POST.get("reason", "").strip()[:200] or "No reason was given."
    workspace = request.actor.workspace
    lanes.halt(workspace.pk, Lane.Halt.PERSON, reason=reason, actor=request.actor.user)
    return done(request, _back(request), "Stopped. Nothing is sent to Vonage until it goes on.")


@requires(Capability.GUARDRAIL_MANAGE, confirmed=True)
@require_POST
def resume(request: WorkspaceRequest) -> HttpResponse:
    """Let it go on. The findings count as seen."""
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        return done(request, _back(request), "Say why it is safe to go on.")
    lanes.resume(request.actor.workspace.pk, reason=reason, actor=request.actor.user)
    return done(request, _back(request), "It goes on. What waited is sent now.")


def _described(
    request: WorkspaceRequest, rows: QuerySet[Operation]
) -> list[tuple[Operation, Described]]:
    found = [each for each in rows[:MOST] if sees(request.actor, each)]
    for each in found:
        each.workspace = request.actor.workspace
    return [(each, described(request.actor, each)) for each in found]


def _back(request: WorkspaceRequest) -> str:
    return reverse("subaccounts:needs_you", args=[request.actor.workspace.slug])
