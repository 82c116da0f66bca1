"""The page of one operation: where it stands, followed while it gets there."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.activity import SOMEBODY, sees_names
from accounts.standstill import standstill_of
from operations.errors import LostRaceError, RefusedError, TokenUsedError
from operations.kinds import kind_of
from operations.models import Operation
from operations.services import approving, asking, ending
from operations.services.looking import look_now
from operations.services.unknown import settles_at
from operations.states import State
from subaccounts import new_secrets
from subaccounts.describing import described
from subaccounts.seeing import visible_operation
from teams import policy
from teams.access import WorkspaceRequest, has_part
from teams.capabilities import Capability
from teams.door.sessions import polled
from ui.htmx import done, invalid, leave_for, render_page, unchanged, wants_part

_PAGE = "subaccounts/operation.html"
_SEEN = "operations that one asked for oneself, or on accounts that one sees"


@polled
@has_part(_SEEN)
@require_GET
def operation(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Show an operation; answer 204 while it stands where the page shows it."""
    found = found_operation(request, reference)
    if wants_part(request) and request.GET.get("version") == version_of(found):
        return unchanged()
    return render_page(request, _PAGE, _context(request, found), partial="state")


@has_part(_SEEN)
@require_POST
def cancel(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Take back what has not been sent. The maker may, and who may approve it."""
    found = found_operation(request, reference)
    if not _may_cancel(request, found):
        raise PermissionDenied("Whoever asked for it can take it back, or who may approve it.")
    try:
        ending.cancel(request.actor, found)
    except LostRaceError:
        return done(request, _url(request, found), "Too late: it is on its way.")
    return done(request, _url(request, found), "Taken back. Nothing was sent.")


@has_part(_SEEN)
@require_POST
def ask_again(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Draft the same again where it was not executed, after one more look at Vonage."""
    found = found_operation(request, reference)
    if not _may_repeat(request, found):
        message = "Only what was not executed can be asked for again, and once."
        return done(request, _url(request, found), message)
    if not look_now(found):
        message = "Vonage could not be asked whether it has happened. Try again in a moment."
        return done(request, _url(request, found), message)
    found.refresh_from_db()
    if found.state != State.NOT_EXECUTED:
        return done(request, _url(request, found), "It has happened after all.")
    return _drafted(request, found)


@has_part("whoever made the account, once", confirmed=True)
@require_POST
def secret(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Show the API secret of an account that was made: once, and never again."""
    found = found_operation(request, reference)
    value = new_secrets.take_out(request.actor, found)
    if value is None:
        return done(request, _url(request, found), "This secret was shown already, and is gone.")
    context = {"operation": found, "secret": value.reveal(), "account": found.account}
    return render_page(request, "subaccounts/secret.html", context)


def found_operation(request: WorkspaceRequest, reference: str) -> Operation:
    """Return an operation that the person sees; 404 otherwise."""
    found = visible_operation(request.actor, reference)
    if found is None:
        raise Http404
    found.workspace = request.actor.workspace
    return found


def refused(request: WorkspaceRequest, found: Operation, fault: str) -> HttpResponse:
    """Return the page of an operation again, with why what was asked for cannot be."""
    return invalid(request, _PAGE, {**_context(request, found), "fault": fault})


def version_of(found: Operation) -> str:
    """Return what changes whenever the page of an operation would look otherwise."""
    return f"{found.version}.{found.looks}"


def _context(request: WorkspaceRequest, found: Operation) -> dict[str, object]:
    actor = request.actor
    knows = sees_names(actor)
    may_hand_over = _may_hand_over(request, found)
    return {
        "operation": found,
        "version": version_of(found),
        "label": State(found.state).label,
        "described": described(actor, found),
        "maker": found.made_by if knows or found.made_by == actor.user else SOMEBODY,
        "approval": getattr(found, "approval", None),
        "knows_names": knows,
        "steps": found.transitions.select_related("actor").order_by("version"),
        "attempts": found.attempts.order_by("n") if _sees_attempts(request, found) else None,
        "settles_at": settles_at(found) if found.state == State.UNKNOWN else None,
        "may_cancel": _may_cancel(request, found),
        "may_repeat": _may_repeat(request, found),
        "may_decide": found.state == State.AWAITING and not approving.objection(actor, found),
        "may_judge": _may_judge(request, found),
        "candidates": kind_of(found.kind).candidates(found) if _may_judge(request, found) else [],
        "hints": kind_of(found.kind).hints(found) if _may_judge(request, found) else [],
        "can_be_seen": kind_of(found.kind).can_be_seen,
        "has_secret": new_secrets.is_kept(actor, found),
        "may_hand_over": may_hand_over,
        "hand_over": found.hand_overs.filter(withdrawn_at=None).first() if may_hand_over else None,
        "follow_up": new_secrets.follow_up(found),
        "lane": standstill_of(actor),
    }


def _may_hand_over(request: WorkspaceRequest, found: Operation) -> bool:
    may = policy.can(request.actor, Capability.SECRET_HANDOVER, found.account)
    return may and not request.actor.seen_by and new_secrets.waits(found)


def _url(request: WorkspaceRequest, found: Operation) -> str:
    return reverse("subaccounts:operation", args=[request.actor.workspace.slug, found.reference])


def _sees_attempts(request: WorkspaceRequest, found: Operation) -> bool:
    own = found.made_by_id == request.actor.user.pk
    return own or policy.can(request.actor, Capability.AUDIT_VIEW, found.account)


def _may_cancel(request: WorkspaceRequest, found: Operation) -> bool:
    if found.state not in {State.READY, State.AWAITING} or request.actor.seen_by:
        return False
    own = found.made_by_id == request.actor.user.pk
    return own or policy.can(request.actor, Capability.TRANSFER_AUTHORIZE, found.account)


def _may_judge(request: WorkspaceRequest, found: Operation) -> bool:
    if found.state != State.NEEDS_HUMAN or request.actor.seen_by:
        return False
    return policy.can(request.actor, Capability.TRANSFER_AUTHORIZE, found.account)


def _may_repeat(request: WorkspaceRequest, found: Operation) -> bool:
    if found.state != State.NOT_EXECUTED or request.actor.seen_by:
        return False
    if not kind_of(found.kind).can_be_seen or not _may_have_it_done(request, found):
        return False
    return not Operation.objects.filter(
        workspace=request.actor.workspace, supersedes=found
    ).exists()


def _may_have_it_done(request: WorkspaceRequest, found: Operation) -> bool:
    try:
        kind_of(found.kind).require(request.actor, found)
    except PermissionDenied:
        return False
    except RefusedError:
        pass  # that is said when it is asked for
    return True


def _drafted(request: WorkspaceRequest, found: Operation) -> HttpResponse:
    try:
        made = asking.draft_again(request.actor, found, form_token=f"again:{uuid.uuid4()}")
    except (RefusedError, TokenUsedError) as refusal:
        return done(request, _url(request, found), str(refusal))
    url = reverse("subaccounts:draft", args=[request.actor.workspace.slug, made.pk])
    return leave_for(request, url)
