"""The API secrets of all accounts in sight: which are old, and which people know."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from api_secrets import overall
from api_secrets.forms import PolicyForm
from api_secrets.services import ageing
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page

_CHOICES = [(overall.OLD, "Old"), (overall.ALL, "All"), (overall.BUSY, "Being replaced")]


@requires(Capability.SECRET_VIEW)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the secrets that Vonage takes, the oldest first; never a value."""
    actor, now = request.actor, timezone.now()
    which = request.GET.get("which", "")
    which = which if which in dict(_CHOICES) else overall.ALL
    after = request.GET.get("after", "")
    found = overall.page(actor, which, now, int(after) if after.isdecimal() else 0)
    context = {
        "found": found,
        "counts": overall.counts(actor, now),
        "seers": overall.seers(actor),
        "which": which,
        "choices": _CHOICES,
        "days": ageing.old_after(actor.workspace.pk).days,
        "old_before": now - ageing.old_after(actor.workspace.pk),
        "is_first": not after,
    }
    return render_page(request, "api_secrets/everywhere.html", context)


@requires(Capability.WORKSPACE_SETTINGS)
@require_http_methods(["GET", "POST"])
def policy(request: WorkspaceRequest) -> HttpResponse:
    """Show from when on a secret is old, or change it."""
    days = ageing.old_after(request.actor.workspace.pk).days
    form = PolicyForm(request.POST or None, initial={"old_after_days": days})
    if request.method == "GET":
        return render_page(request, "api_secrets/policy.html", {"form": form})
    if not form.is_valid():
        return invalid(request, "api_secrets/policy.html", {"form": form})
    ageing.change(request.actor, days=form.cleaned_data["old_after_days"])
    there = reverse("api_secrets:policy", args=[request.actor.workspace.slug])
    return done(request, there, "Saved.")
