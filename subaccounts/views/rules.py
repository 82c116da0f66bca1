"""The rules of a workspace about money."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from operations.services import ruling
from subaccounts.forms.rules import PolicyForm
from subaccounts.guardrails import policy_of
from subaccounts.sending_state import lane_shown
from teams import policy as judge
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page

_PAGE = "subaccounts/policy.html"


@requires(Capability.APPROVAL_POLICY, confirmed=True)
@require_http_methods(["GET", "POST"])
def policy(request: WorkspaceRequest) -> HttpResponse:
    """Show what needs an approval and what the primary account keeps, or change it."""
    actor = request.actor
    rules = policy_of(actor.workspace.pk)
    form = PolicyForm(request.POST or None, instance=rules, actor=actor)
    context = {
        "form": form,
        "lane": lane_shown(actor),
        "may_halt": judge.can(actor, Capability.TRANSFER_AUTHORIZE),
    }
    if request.method == "GET":
        return render_page(request, _PAGE, context)
    if not form.is_valid():
        return invalid(request, _PAGE, context)
    try:
        ruling.change(actor, **form.cleaned_data)
    except PermissionDenied as refusal:
        form.add_error(None, str(refusal))
        return invalid(request, _PAGE, context)
    return done(request, reverse("subaccounts:policy", args=[actor.workspace.slug]), "Saved.")
