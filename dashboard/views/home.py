from typing import TYPE_CHECKING, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from teams import policy
from teams.access import signed_in
from teams.services import invitations

if TYPE_CHECKING:
    from teams.models import User


@signed_in("leads everybody to their own workspace")
def home(request: HttpRequest) -> HttpResponse:
    """Go to the invitation that the person came with, or to the person's first workspace."""
    user = cast("User", request.user)
    if invitations.is_waiting(request, user):
        return redirect("teams:invitation")
    workspace = policy.workspaces_of(user).first()
    if workspace is None:
        return render(request, "dashboard/no_workspace.html")
    return redirect("accounts:overview", slug=workspace.slug)
