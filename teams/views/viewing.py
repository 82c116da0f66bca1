from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from teams import viewing
from teams.access import WorkspaceRequest, has_part, refusals_are_answers, requires
from teams.capabilities import Capability
from teams.views.member import found_member
from ui.htmx import done


@requires(Capability.VIEW_AS)
@require_POST
def start(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Look at the workspace with this member's eyes from now on."""
    member = found_member(request, pk)
    if member.suspended_at:
        raise PermissionDenied(f"{member} is locked out and sees nothing at present.")
    with refusals_are_answers():
        viewing.start(request.actor, request.session, member=member)
    return done(request, reverse("home"))


@has_part("whoever looks with another member's eyes may stop", as_oneself=True)
@require_POST
def stop(request: WorkspaceRequest) -> HttpResponse:
    """Look with one's own eyes again."""
    viewing.stop(request.actor, request.session)
    return done(request, reverse("team:team", args=[request.actor.workspace.slug]))
