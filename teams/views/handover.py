"""Handing the workspace over: offered by one person, agreed to by another, done a day later."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from teams import policy
from teams.access import WorkspaceRequest, has_part
from teams.capabilities import Capability
from teams.forms.workspaces import OfferForm
from teams.models import Handover
from teams.services import handover
from ui.htmx import done, invalid, render_page

_PAGE = "teams/handover.html"
_its_two_people = has_part("the primary user and the one to whom the workspace is offered")


@_its_two_people
@require_safe
def show(request: WorkspaceRequest) -> HttpResponse:
    """Show how far it is, and what the person can do about it."""
    found = _require_part(request)
    is_heir = found is not None and found.offered_to_id == request.actor.user.pk
    context = {"handover": found, "is_heir": is_heir, "form": _form(request, found)}
    return render_page(request, _PAGE, context)


@_its_two_people
@require_POST
def offer(request: WorkspaceRequest) -> HttpResponse:
    """Offer the workspace to a member."""
    _require_part(request)
    if not request.actor.is_primary_user:
        raise Http404
    form = OfferForm(request.POST, workspace=request.actor.workspace)
    if not form.is_valid():
        return invalid(request, _PAGE, {"handover": None, "form": form})
    member = form.cleaned_data["member"]
    return _do(
        request,
        lambda: handover.offer(request.actor, member=member),
        f"{member} is asked. Nothing changes before they agree, and for a day after that.",
    )


@_its_two_people
@require_POST
def accept(request: WorkspaceRequest) -> HttpResponse:
    """Agree to take the workspace over."""
    _require_part(request)
    return _do(request, lambda: handover.accept(request.actor), "You own it a day from now.")


@_its_two_people
@require_POST
def decline(request: WorkspaceRequest) -> HttpResponse:
    """Say no."""
    _require_part(request)
    return _do(request, lambda: handover.decline(request.actor), "You said no. Nothing changes.")


@_its_two_people
@require_POST
def cancel(request: WorkspaceRequest) -> HttpResponse:
    """Call it off."""
    _require_part(request)
    return _do(request, lambda: handover.cancel(request.actor), "Called off. You stay the owner.")


def _require_part(request: WorkspaceRequest) -> Handover | None:
    """Return the handover that is under way; for everybody else there is no such page."""
    actor = request.actor
    found = handover.under_way(actor.workspace)
    is_heir = found is not None and found.offered_to_id == actor.user.pk
    if not (actor.is_primary_user or is_heir or policy.can(actor, Capability.WORKSPACE_SETTINGS)):
        raise Http404
    return found


def _form(request: WorkspaceRequest, found: Handover | None) -> OfferForm | None:
    if found or not request.actor.is_primary_user:
        return None
    return OfferForm(workspace=request.actor.workspace)


def _do(request: WorkspaceRequest, change: Callable[[], object], message: str) -> HttpResponse:
    """Do it, and go where the person may still look afterwards."""
    try:
        change()
    except handover.HandoverError as error:
        message = ""
        messages.error(request, str(error))
    try:
        _require_part(request)
    except Http404:
        return done(request, "home", message)
    return done(request, reverse("teams:handover", args=[request.actor.workspace.slug]), message)
