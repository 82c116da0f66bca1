"""A second person's consent: the queue, and the answers."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.mirrors import mirror_of
from accounts.standstill import standstill_of
from accounts.views.mirror import context_of
from operations.errors import LostRaceError, RefusedError
from operations.models import Operation
from operations.services import approving
from subaccounts.describing import briefly, described
from subaccounts.seeing import asked_by, waiting_for
from subaccounts.views.operations import found_operation
from subaccounts.views.transfers import operation_url
from teams.access import WorkspaceRequest, has_part, requires
from teams.capabilities import Capability
from teams.door.confirming import ask, is_confirmed
from ui.htmx import done, invalid, render_page

MOST = 100


@has_part("what waits for one's consent, and what one asked for oneself")
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List what waits for the person, and what the person waits for, the oldest first."""
    actor = request.actor
    oldest = ("created_at", "pk")
    waiting = briefly(actor, waiting_for(actor).order_by(*oldest)[: MOST + 1])
    context = {
        "waiting": waiting[:MOST],
        "has_more": len(waiting) > MOST,
        "own": briefly(actor, asked_by(actor).order_by(*oldest)[:MOST]),
        "lane": standstill_of(actor),
    }
    return render_page(request, "subaccounts/approvals.html", context)


@requires(Capability.TRANSFER_AUTHORIZE)
@require_http_methods(["GET", "POST"])
def approve(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Show what would happen by the figures of now; on POST, agree to it.

    Whoever agrees shows the password or a factor; looking takes none, so that an open page can
    follow the figures.
    """
    found = found_operation(request, reference)
    _require_may_decide(request, found)
    if request.method == "GET":
        return _shown(request, found)
    if not is_confirmed(request):
        return ask(request)
    try:
        approving.approve(request.actor, found, fingerprint=request.POST.get("fingerprint", ""))
    except RefusedError as refusal:
        return _shown(request, found, fault=str(refusal))
    except LostRaceError:
        return _decided_before(request, found)
    return done(request, operation_url(request, reference), "Approved. It is sent now.")


@requires(Capability.TRANSFER_AUTHORIZE, confirmed=True)
@require_http_methods(["POST"])
def decline(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Say no, with the reason."""
    found = found_operation(request, reference)
    _require_may_decide(request, found)
    answer = request.POST.get("answer", "").strip()[:200]
    if not answer:
        return _shown(request, found, fault="Say why, so that whoever asked for it knows.")
    try:
        approving.decline(request.actor, found, answer=answer)
    except LostRaceError:
        return _decided_before(request, found)
    return done(request, reverse("subaccounts:approvals", args=[_slug(request)]), "Declined.")


def _require_may_decide(request: WorkspaceRequest, found: Operation) -> None:
    if words := approving.objection(request.actor, found):
        raise PermissionDenied(words)


def _decided_before(request: WorkspaceRequest, found: Operation) -> HttpResponse:
    return done(
        request, operation_url(request, found.reference), "It does not wait for an answer any more."
    )


def _shown(request: WorkspaceRequest, found: Operation, *, fault: str = "") -> HttpResponse:
    context = {
        **context_of(request, mirror_of(request.actor)),
        "operation": found,
        "asked": found,
        "approval": found.approval,
        "described": described(request.actor, found),
        "partial": f"subaccounts/kinds/{found.kind}.html",
        "fault": fault,
        "lane": standstill_of(request.actor),
    }
    answer = invalid if fault else render_page
    return answer(request, "subaccounts/approve.html", context, partial="figures")


def _slug(request: WorkspaceRequest) -> str:
    return request.actor.workspace.slug
