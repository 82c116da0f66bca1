"""Wishes for rights: asked on the page that refused something, answered on this one."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from teams.access import WorkspaceRequest, has_part, requires
from teams.account_sets import visible_to
from teams.capabilities import Capability
from teams.forms.requests import AskForm, DeclineForm
from teams.models import AccessRequest
from teams.services import requests as service
from ui.htmx import done, invalid, render_page

_PAGE = "team/requests.html"
_MOST_OWN = 20
_REFUSALS: dict[type[Exception], str] = {
    service.NothingMissingError: "Nothing is missing: you hold this right there.",
    service.AlreadyAskedError: "You asked for this already, and nobody has answered yet.",
    service.TooManyRequestsError: "You asked for many rights today. Ask for more tomorrow.",
}


@has_part("every member may ask and sees the own wishes; others' only who may answer them")
@require_http_methods(["GET", "POST"])
def requests(request: WorkspaceRequest) -> HttpResponse:
    """Show the wishes that wait for the person and those of the person, or take a new one."""
    if request.method == "POST":
        return _ask(request)
    return render_page(request, _PAGE, _context(request))


@requires(Capability.TEAM_MANAGE)
@require_POST
def decline(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Say no."""
    form = DeclineForm(request.POST)
    if pk not in {each.pk for each in service.answerable(request.actor)}:
        raise Http404
    if not form.is_valid():
        return invalid(request, _PAGE, _context(request, form))
    try:
        wish = service.decline(request.actor, pk=pk, answer=form.cleaned_data["answer"])
    except AccessRequest.DoesNotExist:
        raise Http404 from None
    return done(request, _address(request), f"Declined. {wish.member} is told.")


def _ask(request: WorkspaceRequest) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        return invalid(request, _PAGE, _context(request, form))
    key = form.cleaned_data["account"]
    account = visible_to(request.actor).filter(api_key=key).first() if key else None
    if key and account is None:
        raise Http404
    try:
        service.ask(
            request.actor,
            capability=form.right(),
            account=account,
            note=form.cleaned_data["note"],
        )
    except tuple(_REFUSALS) as refusal:
        form.add_error(None, _REFUSALS[type(refusal)])
        return invalid(request, _PAGE, _context(request, form))
    return done(request, _address(request), "Asked. You are told when somebody has answered.")


def _context(request: WorkspaceRequest, form: forms.Form | None = None) -> dict[str, object]:
    waiting = service.answerable(request.actor)
    return {
        "form": form,
        "wrong": [text for each in form.errors.values() for text in each] if form else [],
        "answers": bool(request.actor.anywhere & Capability.TEAM_MANAGE.bit),
        "waiting": [_told(request, each) for each in waiting],
        "own": _own(request),
    }


def _own(request: WorkspaceRequest) -> list[dict[str, Any]]:
    """Return one's own wishes; an account that is out of sight by now is not named any more."""
    wishes = list(service.asked_by(request.actor)[:_MOST_OWN])
    seen = service.still_seen(request.actor, wishes)
    return [{**_told(request, each), "names_account": each.account_id in seen} for each in wishes]


def _told(request: WorkspaceRequest, wish: AccessRequest) -> dict[str, Any]:
    """Return a wish with its right in words and the way to grant it."""
    wanted = {"capability": wish.capability}
    if wish.account:
        wanted["account"] = wish.account.api_key
    give = reverse("team:give", args=[request.actor.workspace.slug, wish.member_id])
    return {
        "wish": wish,
        "right": service.capability_of(wish).description,
        "give_url": f"{give}?{urlencode(wanted)}",
    }


def _address(request: WorkspaceRequest) -> str:
    return reverse("team:requests", args=[request.actor.workspace.slug])
