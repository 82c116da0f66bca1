"""What changed, and what was moved, at Vonage without us."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.activity import may_read
from accounts.mirrors import mirror_of
from accounts.views.mirror import context_of
from remote_events import moved, outside, seeing
from remote_events.services import claims
from teams import policy
from teams.access import WorkspaceRequest, has_part, requires
from teams.capabilities import Capability
from ui.htmx import done, leave_for, render_page


@has_part("audit.all shows everything, audit.view what changed of accounts")
@require_GET
def changed(request: WorkspaceRequest) -> HttpResponse:
    """Show what changed of accounts that nobody asked for here."""
    if not may_read(request.actor):
        policy.require(request.actor, Capability.AUDIT_VIEW)
    found = outside.page(request.actor, request.GET.get("older", ""))
    context = {**_context(request, "changed_outside", found.older), "changes": found.changes}
    return render_page(request, "remote_events/changed.html", context)


@requires(Capability.TRANSFER_VIEW)
@require_GET
def transfers(request: WorkspaceRequest) -> HttpResponse:
    """Show the transfers that nobody asked for here, with the way back."""
    found = moved.page(request.actor, request.GET.get("older", ""))
    context = {**_context(request, "transfers_outside", found.older), "moves": found.moves}
    return render_page(request, "remote_events/transfers.html", context)


@requires(Capability.AUDIT_ALL)
@require_POST
def read(request: WorkspaceRequest) -> HttpResponse:
    """Make Vonage's audit due now, where it could not be read."""
    url = reverse("activity", args=[request.actor.workspace.slug])
    if claims.request(request.actor.workspace.pk, timezone.now()):
        return done(request, url, "Vonage's audit is read next.")
    messages.info(request, "Vonage's audit is being read, or was tried a moment ago.")
    return leave_for(request, url)


def _context(request: WorkspaceRequest, name: str, older: str) -> dict[str, object]:
    address = reverse(f"remote_events:{name}", args=[request.actor.workspace.slug])
    return {
        **context_of(request, mirror_of(request.actor)),
        "feed": seeing.feed_of(request.actor),
        "address": address,
        "newest_url": address if "older" in request.GET else "",
        "older_url": f"{address}?{urlencode({'older': older})}" if older else "",
    }
