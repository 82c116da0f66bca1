"""A workspace's settings."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.forms.workspaces import SettingsForm
from teams.models import Workspace
from teams.services import workspaces
from ui.htmx import done, invalid, render_page


@requires(Capability.WORKSPACE_SETTINGS)
@require_http_methods(["GET", "POST"])
def settings(request: WorkspaceRequest) -> HttpResponse:
    """Show and change what holds in the whole workspace."""
    slug = request.actor.workspace.slug
    # A row of its own: the one of the actor keeps the name that the page is headed with.
    typed = request.POST if request.method == "POST" else None
    form = SettingsForm(typed, instance=Workspace.objects.get(slug=slug))
    context = {"form": form}
    if not form.is_bound:
        return render_page(request, "teams/settings.html", context)
    if not form.is_valid():
        return invalid(request, "teams/settings.html", context)
    workspaces.change(request.actor, form.settings())
    return done(request, reverse("teams:settings", args=[slug]), "Saved.")
