from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from teams import policy
from teams.access import signed_in


@signed_in("leads everybody to their own workspace")
def home(request: HttpRequest) -> HttpResponse:
    """Go to the person's first workspace."""
    workspace = policy.workspaces_of(request.user).first()  # type: ignore[arg-type] # signed in
    if workspace is None:
        return render(request, "dashboard/no_workspace.html")
    return redirect("accounts:overview", slug=workspace.slug)
