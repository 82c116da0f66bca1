"""How old the figures are: the fragment that open pages ask for, and "Refresh now"."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.freshness import Freshness, freshness_of
from accounts.models import Connection, Mirror
from accounts.services import sync
from accounts.tasks import ring
from prepared.queries import Prepared
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, render_page, unchanged, with_event

_by_workspace = Prepared(Mirror.connected)


def mirror_of(request: WorkspaceRequest) -> Mirror:
    """Return the workspace's mirror with its connection; an empty one before it is connected."""
    workspace = request.actor.workspace
    return _by_workspace.first(workspace.pk) or Mirror(workspace=workspace)


def connection_of(mirror: Mirror) -> Connection | None:
    """Return the workspace's connection, or None before there is one; asks nothing more."""
    return getattr(mirror.workspace, "connection", None)


def not_connected(request: WorkspaceRequest) -> HttpResponse:
    """Lead those who may connect the workspace to where they can, and tell the others to wait."""
    if policy.can(request.actor, Capability.CONNECTION_MANAGE):
        return redirect("accounts:connect", slug=request.actor.workspace.slug)
    return render_page(request, "accounts/not_connected.html")


def context_of(request: WorkspaceRequest, mirror: Mirror) -> dict[str, object]:
    """Return what the freshness fragment needs."""
    slug = request.actor.workspace.slug
    return {
        "mirror": mirror,
        "freshness": _freshness(mirror),
        "refresh_url": reverse("accounts:refresh", args=[slug]),
        "poll_url": reverse("accounts:freshness", args=[slug]),
        "connect_url": _connect_url(request),
    }


@requires(Capability.ACCOUNT_VIEW)
@require_GET
def freshness(request: WorkspaceRequest) -> HttpResponse:
    """Answer 204 while nothing has changed since the version that the page shows."""
    mirror = mirror_of(request)
    context = context_of(request, mirror)
    if request.GET.get("version") == _freshness(mirror).version:
        return unchanged()
    response = render_page(request, "accounts/freshness.html", context)
    return with_event(response, "mirror-changed")


@requires(Capability.ACCOUNT_VIEW)
@require_POST
def refresh(request: WorkspaceRequest) -> HttpResponse:
    """Ask for a reading now, unless one runs or just ran."""
    workspace = request.actor.workspace
    if not sync.request_refresh(workspace.pk, timezone.now()):
        message = "Vonage is being read, was just read, or asked us to wait."
    elif ring(workspace.pk):
        message = "Reading from Vonage now."
    else:
        message = "Noted. The background worker cannot be reached; it reads as soon as it is back."
    if not request.htmx:  # type: ignore[attr-defined] # django-htmx's middleware
        return done(request, to=_back(request), message=message)
    context = {**context_of(request, mirror_of(request)), "status": message}
    return render_page(request, "accounts/freshness.html", context)


def _freshness(mirror: Mirror) -> Freshness:
    interval = timedelta(seconds=settings.SYNC_INTERVAL)
    return freshness_of(mirror, now=timezone.now(), interval=interval)


def _connect_url(request: WorkspaceRequest) -> str:
    """Return where the connection is mended, for those who may; nothing for the others."""
    if not policy.can(request.actor, Capability.CONNECTION_MANAGE):
        return ""
    return reverse("accounts:connect", args=[request.actor.workspace.slug])


def _back(request: WorkspaceRequest) -> str:
    return reverse("accounts:overview", args=[request.actor.workspace.slug])
