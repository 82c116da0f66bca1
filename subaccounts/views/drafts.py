"""What somebody typed, looked at before it is asked for. The maker alone sees it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.mirrors import mirror_of
from accounts.standstill import standstill_of
from accounts.views.mirror import context_of
from operations import kinds
from operations.errors import RefusedError, RepeatedError
from operations.models import Draft, Operation
from operations.services import asking
from subaccounts.describing import described
from subaccounts.views.transfers import operation_url
from teams.access import WorkspaceRequest, has_part
from teams.door.confirming import ask, is_confirmed
from ui.htmx import done, invalid, leave_for, render_page

_PAGE = "subaccounts/draft.html"
_OWN = "one's own drafts; each kind judges anew what may be done"


@has_part(_OWN)
@require_http_methods(["GET", "POST"])
def draft(request: WorkspaceRequest, pk: Any) -> HttpResponse:
    """Show what would happen; on POST, ask for it. Sent twice, it is asked for once."""
    found = _own_draft(request, pk)
    if earlier := asking.operation_of(found):
        return leave_for(request, operation_url(request, earlier.reference))
    if request.method == "GET":
        return _shown(request, found)
    if kinds.kind_of(found.kind).is_dangerous(found) and not is_confirmed(request):
        return ask(request)
    try:
        made = _confirmed(request, found)
    except RepeatedError:
        amount = asking.of_amount(found.amount)
        fault = f"Type the amount, {amount}, to say that you mean it once more."
        return _shown(request, found, fault=fault)
    except (RefusedError, PermissionDenied) as refusal:
        return _shown(request, found, fault=str(refusal))
    return leave_for(request, operation_url(request, made.reference))


def _confirmed(request: WorkspaceRequest, found: Draft) -> Operation:
    """Ask for what the draft says, where what had to be typed was typed."""
    if request.POST.get("word", "").strip() != kinds.kind_of(found.kind).word(found):
        raise RefusedError("This is not what you were asked to type.")
    again = asking.is_amount(request.POST.get("again", ""), found.amount)
    return asking.confirm(request.actor, found, even_if_repeated=again)


@has_part(_OWN)
@require_POST
def discard(request: WorkspaceRequest, pk: Any) -> HttpResponse:
    """Throw a draft away, unless it was asked for already."""
    found = _own_draft(request, pk)
    if earlier := asking.operation_of(found):
        return leave_for(request, operation_url(request, earlier.reference))
    Draft.objects.filter(workspace=request.actor.workspace, pk=found.pk).delete()
    url = described(request.actor, found).url
    return done(request, url, "Nothing was asked for.")


def _own_draft(request: WorkspaceRequest, pk: Any) -> Draft:
    own = Draft.objects.filter(workspace=request.actor.workspace, pk=pk, made_by=request.user)
    found = own.select_related("account", "workspace", "made_by").first()
    if found is None:
        raise Http404
    return found


def _shown(request: WorkspaceRequest, found: Draft, *, fault: str = "") -> HttpResponse:
    kind, actor = kinds.kind_of(found.kind), request.actor
    context = {
        **context_of(request, mirror_of(actor)),
        "draft": found,
        "asked": found,
        "kind": kind,
        "room": kind.room(actor, found),
        "described": described(actor, found),
        "partial": f"subaccounts/kinds/{found.kind}.html",
        "reasons": kind.approvals(actor, found),
        "word": kind.word(found),
        "repeated": asking.repeated(found, timezone.now()),
        "amount_typed": asking.of_amount(found.amount),
        "fault": fault,
        "lane": standstill_of(actor),
    }
    answer = invalid if fault else render_page
    return answer(request, _PAGE, context)
